# The same in trace mode, with an exception that has nothing to say.
# module: ends
# environment: HPY=trace
# status: -6
import ends

ends.throw_trouble()

#err> Fatal Python error: an exception leaves the C function throw_trouble_impl at ends.cpp:* (ends.throw_trouble in ends.hpy0.so): Trouble
#err> terminate called after throwing an instance of 'Trouble'
