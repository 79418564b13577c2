# The API in tp_traverse, where most of it would wait for the collector for ever: the
# process ends and says so, without a mode as well.
# module: misuse
# status: -6
import gc

import misuse

grasp = misuse.Grasp()
misuse.grasp(grasp, grasp)
misuse.use_in_traverse()
gc.collect()

#err> Fatal Python error: HPyList_New is called in a tp_traverse, which must not use the API; it is Grasp_traverse_impl at misuse.c:*
