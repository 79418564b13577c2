"""HPy's guide to porting: runs the tests of its last step, as its conftest.py does."""

from test_porting_example import TestPorting


class Step:
    name = "step_03_hpy_final"

    def import_step(self):
        import step_03_hpy_final

        return step_03_hpy_final


for name in vars(TestPorting).keys():
    if name.startswith("test_"):
        getattr(TestPorting(), name)(Step())
        print("passed", name)
