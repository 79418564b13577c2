# Code that C compiles finds names in the locals that C gives, then in the globals and
# the builtins, and binds them in the locals.
# module: hpyeval
# also: moving-gc
from golden import show_type
from hpyeval import evaluate

EXPRESSION, FILE = 0, 1

names = {"x": 1, "y": 2}
own = {"x": 10}
print(evaluate("x + y", EXPRESSION, names, own))  #> 12
print(evaluate("len([x, y])", EXPRESSION, names, own))  #> 2
print(evaluate("x = x + y\nz = x", FILE, names, own))  #> None
print(own["x"], own["z"], names["x"], "z" in names)  #> 12 12 1 False
print(evaluate("def f():\n    return x\n", FILE, names, own))  #> None
print(own["f"](), "f" in names)  #> 1 False
print(evaluate("x", EXPRESSION, names, names))  #> 1
show_type(evaluate, "z", EXPRESSION, names, names)  #> NameError
show_type(evaluate, "1 +", EXPRESSION, names, names)  #> SyntaxError
