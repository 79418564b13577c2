# The API in tp_traverse, in debug mode: the line is named.
# module: misuse
# environment: HPY=debug
# status: -6
import gc

import misuse

grasp = misuse.Grasp()
misuse.grasp(grasp, grasp)
misuse.use_in_traverse()
gc.collect()

#err> Fatal Python error: tp_traverse must not use the API
#err> HPy debug: the API is used by a function that gets no context (HPyList_New): tp_traverse must not use the API [no-context in misuse]
#err>   used in   Grasp_traverse_impl at misuse.c:@list in traverse
