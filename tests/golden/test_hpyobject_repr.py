# The repr(), str() and ascii() of objects.
# Results are shown with ascii(), so that the expectations are readable.
# module: hpyobject_repr
from golden import show_type
import hpyobject_repr as t


class Shown:
    def __repr__(self):
        return "<\u00fc>"

    def __str__(self):
        return "plain"


class Wrong:
    def __repr__(self):
        return 3


print(ascii(t.views(Shown())))  #> ('<\xfc>', 'plain', '<\\xfc>')
print(ascii(t.views("\ud800")))  #> ("'\\ud800'", '\ud800', "'\\ud800'")
show_type(t.views, Wrong())  #> TypeError
print(ascii(t.views("a'b\n")))  #> ('"a\'b\\n"', "a'b\n", '"a\'b\\n"')
