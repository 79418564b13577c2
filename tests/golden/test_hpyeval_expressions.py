# Expressions that C evaluates in globals of its choice.
# module: hpyeval
from golden import show, show_type
from hpyeval import evaluate_expression

# Evaluation.
show(evaluate_expression, "x * 2", {"x": 21})  #> 42
names = {"x": 21}
show(evaluate_expression, "len([x])", names)  #> 1
print(names)  #> {'x': 21}
show_type(evaluate_expression, "x *", {})  #> SyntaxError
show(evaluate_expression, "1/0", {})  #> ZeroDivisionError: division by zero
show(evaluate_expression, "missing", {"__builtins__": {}})  #> NameError: name 'missing' is not defined
