/* Variables, terms, expressions and constraints that refer to each other, as the
 * bindings of a solver have them. C++: exceptions inside of it only. */
#include <hpy.h>
#include <algorithm>
#include <map>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

struct Variable {
    HPyField context;
    HPyField name;
    double value;
};

struct Term {
    HPyField variable;
    double coefficient;
};

struct Expression {
    HPyField terms;
    double constant;
};

struct Constraint {
    HPyField expression;
    double strength;
    int op;
};

struct Solver {
    HPyField constraints;
    std::map<std::string, double> *values;
};
HPyType_HELPERS(Variable)
HPyType_HELPERS(Term)
HPyType_HELPERS(Expression)
HPyType_HELPERS(Constraint)
HPyType_HELPERS(Solver)

static HPyGlobal VariableType, TermType, ExpressionType, ConstraintType, SolverType;
static HPyGlobal DuplicateConstraint, UnsatisfiableConstraint, UnknownConstraint;
static long destroyed[5];

static bool is(HPyContext *ctx, HPy h, HPyGlobal &g)
{
    HPy t = HPyGlobal_Load(ctx, g);
    bool r = HPy_TypeCheck(ctx, h, t);
    HPy_Close(ctx, t);
    return r;
}

struct Ref {
    HPyContext *ctx;
    HPy h;
    Ref(HPyContext *c, HPy x) : ctx(c), h(x)
    {
    }
    Ref(const Ref &) = delete;
    ~Ref()
    {
        HPy_Close(ctx, h);
    }
    operator HPy() const
    {
        return h;
    }
    bool null() const
    {
        return HPy_IsNull(h);
    }
    HPy release()
    {
        HPy r = h;
        h = HPy_NULL;
        return r;
    }
};

template <class T> static HPy make(HPyContext *ctx, HPyGlobal &g, T **out)
{
    Ref type(ctx, HPyGlobal_Load(ctx, g));
    return HPy_New(ctx, type, out);
}

static HPy make_term(HPyContext *ctx, HPy variable, double c)
{
    Term *t;
    HPy h = make(ctx, TermType, &t);
    if (HPy_IsNull(h))
        return h;
    HPyField_Store(ctx, h, &t->variable, variable);
    t->coefficient = c;
    return h;
}

static HPy make_expression(HPyContext *ctx, HPy terms, double constant)
{
    Expression *e;
    HPy h = make(ctx, ExpressionType, &e);
    if (HPy_IsNull(h))
        return h;
    HPyField_Store(ctx, h, &e->terms, terms);
    e->constant = constant;
    return h;
}

/* Adds the terms of an operand times a factor. 1: added, 0: not an operand, -1: error. */
static int collect(HPyContext *ctx, HPy h, double factor, HPy list, double *constant)
{
    if (is(ctx, h, ExpressionType)) {
        Expression *e = Expression_AsStruct(ctx, h);
        Ref terms(ctx, HPyField_Load(ctx, h, e->terms));
        HPy_ssize_t n = HPy_Length(ctx, terms);
        for (HPy_ssize_t i = 0; i < n; i++) {
            Ref item(ctx, HPy_GetItem_i(ctx, terms, i));
            if (item.null() || collect(ctx, item, factor, list, constant) < 0)
                return -1;
        }
        *constant += factor * e->constant;
        return 1;
    }
    if (is(ctx, h, TermType)) {
        Term *t = Term_AsStruct(ctx, h);
        Ref v(ctx, HPyField_Load(ctx, h, t->variable));
        Ref n(ctx, make_term(ctx, v, factor * t->coefficient));
        return n.null() || HPyList_Append(ctx, list, n) < 0 ? -1 : 1;
    }
    if (is(ctx, h, VariableType)) {
        Ref n(ctx, make_term(ctx, h, factor));
        return n.null() || HPyList_Append(ctx, list, n) < 0 ? -1 : 1;
    }
    if (HPy_TypeCheck(ctx, h, ctx->h_FloatType) || HPy_TypeCheck(ctx, h, ctx->h_LongType)) {
        double v = HPyFloat_AsDouble(ctx, h);
        if (v == -1.0 && HPyErr_Occurred(ctx))
            return -1;
        *constant += factor * v;
        return 1;
    }
    return 0;
}

static HPy sum(HPyContext *ctx, HPy a, HPy b, double sign)
{
    double constant = 0;
    Ref list(ctx, HPyList_New(ctx, 0));
    int r = collect(ctx, a, 1, list, &constant);
    if (r > 0)
        r = collect(ctx, b, sign, list, &constant);
    if (r < 0)
        return HPy_NULL;
    if (!r)
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    Ref tuple(ctx, HPy_Call(ctx, ctx->h_TupleType, &list.h, 1, HPy_NULL));
    return tuple.null() ? HPy_NULL : make_expression(ctx, tuple, constant);
}

static HPy scaled(HPyContext *ctx, HPy x, double k)
{
    if (is(ctx, x, VariableType))
        return make_term(ctx, x, k);
    if (is(ctx, x, TermType)) {
        Term *t = Term_AsStruct(ctx, x);
        Ref v(ctx, HPyField_Load(ctx, x, t->variable));
        return make_term(ctx, v, k * t->coefficient);
    }
    double constant = 0;
    Ref list(ctx, HPyList_New(ctx, 0));
    if (collect(ctx, x, k, list, &constant) < 0)
        return HPy_NULL;
    Ref tuple(ctx, HPy_Call(ctx, ctx->h_TupleType, &list.h, 1, HPy_NULL));
    return tuple.null() ? HPy_NULL : make_expression(ctx, tuple, constant);
}

static int number(HPyContext *ctx, HPy h, double *v)
{
    if (!HPy_TypeCheck(ctx, h, ctx->h_FloatType) && !HPy_TypeCheck(ctx, h, ctx->h_LongType))
        return 0;
    *v = HPyFloat_AsDouble(ctx, h);
    return *v == -1.0 && HPyErr_Occurred(ctx) ? -1 : 1;
}

static HPy product(HPyContext *ctx, HPy a, HPy b)
{
    double k;
    int r = number(ctx, b, &k);
    if (r < 0)
        return HPy_NULL;
    if (r)
        return scaled(ctx, a, k);
    r = number(ctx, a, &k);
    if (r < 0)
        return HPy_NULL;
    if (r)
        return scaled(ctx, b, k);
    return HPy_Dup(ctx, ctx->h_NotImplemented);
}

static HPy quotient(HPyContext *ctx, HPy a, HPy b)
{
    double k;
    int r = number(ctx, b, &k);
    if (r < 0)
        return HPy_NULL;
    if (!r)
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    if (k == 0)
        return HPyErr_SetString(ctx, ctx->h_ZeroDivisionError, "float division by zero");
    return scaled(ctx, a, 1 / k);
}

static HPy relation(HPyContext *ctx, HPy a, HPy b, HPy_RichCmpOp op)
{
    if (op != HPy_EQ && op != HPy_LE && op != HPy_GE) {
        Ref ta(ctx, HPy_Type(ctx, a)), tb(ctx, HPy_Type(ctx, b));
        static const char *ops[] = { "<", "<=", "==", "!=", ">", ">=" };
        return HPyErr_Format(ctx, ctx->h_TypeError,
                             "unsupported operand type(s) for %s: '%.100s' and '%.100s'", ops[op],
                             HPyType_GetName(ctx, ta), HPyType_GetName(ctx, tb));
    }
    Ref e(ctx, sum(ctx, a, b, -1));
    if (e.null() || HPy_Is(ctx, e, ctx->h_NotImplemented))
        return e.release();
    Constraint *c;
    HPy h = make(ctx, ConstraintType, &c);
    if (HPy_IsNull(h))
        return h;
    HPyField_Store(ctx, h, &c->expression, e);
    c->strength = 1001001000;
    c->op = op;
    return h;
}

#define OPERATORS(T)                                                                               \
    HPyDef_SLOT(T##_add, HPy_nb_add)                                                               \
    static HPy T##_add_impl(HPyContext *ctx, HPy a, HPy b)                                         \
    {                                                                                              \
        return sum(ctx, a, b, 1);                                                                  \
    }                                                                                              \
    HPyDef_SLOT(T##_sub, HPy_nb_subtract)                                                          \
    static HPy T##_sub_impl(HPyContext *ctx, HPy a, HPy b)                                         \
    {                                                                                              \
        return sum(ctx, a, b, -1);                                                                 \
    }                                                                                              \
    HPyDef_SLOT(T##_mul, HPy_nb_multiply)                                                          \
    static HPy T##_mul_impl(HPyContext *ctx, HPy a, HPy b)                                         \
    {                                                                                              \
        return product(ctx, a, b);                                                                 \
    }                                                                                              \
    HPyDef_SLOT(T##_div, HPy_nb_true_divide)                                                       \
    static HPy T##_div_impl(HPyContext *ctx, HPy a, HPy b)                                         \
    {                                                                                              \
        return quotient(ctx, a, b);                                                                \
    }                                                                                              \
    HPyDef_SLOT(T##_neg, HPy_nb_negative)                                                          \
    static HPy T##_neg_impl(HPyContext *ctx, HPy a)                                                \
    {                                                                                              \
        return scaled(ctx, a, -1);                                                                 \
    }                                                                                              \
    HPyDef_SLOT(T##_cmp, HPy_tp_richcompare)                                                       \
    static HPy T##_cmp_impl(HPyContext *ctx, HPy a, HPy b, HPy_RichCmpOp op)                       \
    {                                                                                              \
        return relation(ctx, a, b, op);                                                            \
    }
#define OPERATOR_DEFS(T) &T##_add, &T##_sub, &T##_mul, &T##_div, &T##_neg, &T##_cmp

/* Variable */
HPyDef_SLOT(Variable_new, HPy_tp_new)
static HPy Variable_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = { "name", "context", NULL };
    HPy name = HPy_NULL, context = HPy_NULL;
    HPyTracker ht;
    if (!HPyArg_ParseKeywordsDict(ctx, &ht, args, nargs, kw, "|OO:__new__", names, &name, &context))
        return HPy_NULL;
    Variable *v;
    HPy h = HPy_NULL;
    if (!HPy_IsNull(name) && !HPyUnicode_Check(ctx, name)) {
        Ref t(ctx, HPy_Type(ctx, name));
        HPyErr_Format(ctx, ctx->h_TypeError,
                      "Expected object of type `str`. Got object of type `%s` instead.",
                      HPyType_GetName(ctx, t));
    } else {
        h = HPy_New(ctx, type, &v);
        if (!HPy_IsNull(h)) {
            v = Variable_AsStruct(ctx, h);
            Ref n(ctx, HPy_IsNull(name) ? HPyUnicode_FromString(ctx, "") : HPy_Dup(ctx, name));
            HPyField_Store(ctx, h, &v->name, n);
            if (!HPy_IsNull(context))
                HPyField_Store(ctx, h, &v->context, context);
            v->value = 0;
        }
    }
    HPyTracker_Close(ctx, ht);
    return h;
}

HPyDef_SLOT(Variable_traverse, HPy_tp_traverse)
static int Variable_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Variable *)self)->context);
    HPy_VISIT(&((Variable *)self)->name);
    return 0;
}

HPyDef_SLOT(Variable_destroy, HPy_tp_destroy)
static void Variable_destroy_impl(void *)
{
    destroyed[0]++;
}

HPyDef_SLOT(Variable_repr, HPy_tp_repr)
static HPy Variable_repr_impl(HPyContext *ctx, HPy self)
{
    return HPyField_Load(ctx, self, Variable_AsStruct(ctx, self)->name);
}

HPyDef_SLOT(Variable_hash, HPy_tp_hash)
static HPy_hash_t Variable_hash_impl(HPyContext *ctx, HPy self)
{
    Ref n(ctx, HPyField_Load(ctx, self, Variable_AsStruct(ctx, self)->name));
    return HPy_Hash(ctx, n);
}

HPyDef_METH(Variable_name, "name", HPyFunc_NOARGS, .doc = "Get the name of the variable.")
static HPy Variable_name_impl(HPyContext *ctx, HPy self)
{
    return Variable_repr_impl(ctx, self);
}

HPyDef_METH(Variable_setName, "setName", HPyFunc_O)
static HPy Variable_setName_impl(HPyContext *ctx, HPy self, HPy name)
{
    if (!HPyUnicode_Check(ctx, name))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "Expected object of type `str`.");
    HPyField_Store(ctx, self, &Variable_AsStruct(ctx, self)->name, name);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Variable_value, "value", HPyFunc_NOARGS)
static HPy Variable_value_impl(HPyContext *ctx, HPy self)
{
    return HPyFloat_FromDouble(ctx, Variable_AsStruct(ctx, self)->value);
}
HPyDef_MEMBER(Variable_context, "context", HPyMember_OBJECT_EX, offsetof(Variable, context))
OPERATORS(Variable)

static HPyDef *Variable_defines[] = { &Variable_new,
                                      &Variable_traverse,
                                      &Variable_destroy,
                                      &Variable_repr,
                                      &Variable_hash,
                                      &Variable_name,
                                      &Variable_setName,
                                      &Variable_value,
                                      &Variable_context,
                                      OPERATOR_DEFS(Variable),
                                      NULL };

/* Term */
HPyDef_SLOT(Term_new, HPy_tp_new)
static HPy Term_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = { "variable", "coefficient", NULL };
    HPy variable, coefficient = HPy_NULL;
    double c = 1;
    HPyTracker ht;
    if (!HPyArg_ParseKeywordsDict(ctx, &ht, args, nargs, kw, "O|O:__new__", names, &variable,
                                  &coefficient))
        return HPy_NULL;
    HPy h = HPy_NULL;
    if (!is(ctx, variable, VariableType)) {
        Ref t(ctx, HPy_Type(ctx, variable));
        HPyErr_Format(ctx, ctx->h_TypeError,
                      "Expected object of type `Variable`. Got object of type `%s` instead.",
                      HPyType_GetName(ctx, t));
    } else if (HPy_IsNull(coefficient) || number(ctx, coefficient, &c) > 0) {
        Term *t;
        h = HPy_New(ctx, type, &t);
        if (!HPy_IsNull(h)) {
            t = Term_AsStruct(ctx, h);
            HPyField_Store(ctx, h, &t->variable, variable);
            t->coefficient = c;
        }
    } else if (!HPyErr_Occurred(ctx)) {
        HPyErr_SetString(ctx, ctx->h_TypeError, "Expected object of type `float, int`.");
    }
    HPyTracker_Close(ctx, ht);
    return h;
}

HPyDef_SLOT(Term_traverse, HPy_tp_traverse)
static int Term_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Term *)self)->variable);
    return 0;
}

HPyDef_SLOT(Term_destroy, HPy_tp_destroy)
static void Term_destroy_impl(void *)
{
    destroyed[1]++;
}

HPyDef_SLOT(Term_repr, HPy_tp_repr)
static HPy Term_repr_impl(HPyContext *ctx, HPy self)
{
    Term *t = Term_AsStruct(ctx, self);
    Ref v(ctx, HPyField_Load(ctx, self, t->variable)), n(ctx, HPy_Repr(ctx, v));
    if (n.null())
        return HPy_NULL;
    std::ostringstream s;
    s << t->coefficient << " * " << HPyUnicode_AsUTF8AndSize(ctx, n, NULL);
    return HPyUnicode_FromString(ctx, s.str().c_str());
}

HPyDef_METH(Term_variable, "variable", HPyFunc_NOARGS)
static HPy Term_variable_impl(HPyContext *ctx, HPy self)
{
    return HPyField_Load(ctx, self, Term_AsStruct(ctx, self)->variable);
}
HPyDef_MEMBER(Term_coefficient, "coefficient", HPyMember_DOUBLE, offsetof(Term, coefficient),

              .readonly = 1)
OPERATORS(Term)

static HPyDef *Term_defines[] = { &Term_new,           &Term_traverse,
                                  &Term_destroy,       &Term_repr,
                                  &Term_variable,      &Term_coefficient,
                                  OPERATOR_DEFS(Term), NULL };

/* Expression */
HPyDef_SLOT(Expression_traverse, HPy_tp_traverse)
static int Expression_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Expression *)self)->terms);
    return 0;
}

HPyDef_SLOT(Expression_destroy, HPy_tp_destroy)
static void Expression_destroy_impl(void *)
{
    destroyed[2]++;
}

HPyDef_SLOT(Expression_repr, HPy_tp_repr)
static HPy Expression_repr_impl(HPyContext *ctx, HPy self)
{
    Expression *e = Expression_AsStruct(ctx, self);
    Ref terms(ctx, HPyField_Load(ctx, self, e->terms));
    std::string s;
    HPy_ssize_t n = HPy_Length(ctx, terms);
    for (HPy_ssize_t i = 0; i < n; i++) {
        Ref t(ctx, HPy_GetItem_i(ctx, terms, i)), r(ctx, HPy_Repr(ctx, t));
        if (r.null())
            return HPy_NULL;
        HPy_ssize_t k;
        const char *p = HPyUnicode_AsUTF8AndSize(ctx, r, &k);
        if (!p)
            return HPy_NULL;
        s.append(p, k) += " + ";
    }
    std::ostringstream c;
    c << e->constant;
    return HPyUnicode_FromString(ctx, (s + c.str()).c_str());
}

HPyDef_METH(Expression_terms, "terms", HPyFunc_NOARGS)
static HPy Expression_terms_impl(HPyContext *ctx, HPy self)
{
    return HPyField_Load(ctx, self, Expression_AsStruct(ctx, self)->terms);
}

HPyDef_METH(Expression_value, "value", HPyFunc_NOARGS)
static HPy Expression_value_impl(HPyContext *ctx, HPy self)
{
    Expression *e = Expression_AsStruct(ctx, self);
    Ref terms(ctx, HPyField_Load(ctx, self, e->terms));
    double v = e->constant;
    for (HPy_ssize_t i = 0, n = HPy_Length(ctx, terms); i < n; i++) {
        Ref t(ctx, HPy_GetItem_i(ctx, terms, i));
        Term *term = Term_AsStruct(ctx, t);
        Ref var(ctx, HPyField_Load(ctx, t, term->variable));
        v += term->coefficient * Variable_AsStruct(ctx, var)->value;
    }
    return HPyFloat_FromDouble(ctx, v);
}
OPERATORS(Expression)

static HPyDef *Expression_defines[] = { &Expression_traverse,
                                        &Expression_destroy,
                                        &Expression_repr,
                                        &Expression_terms,
                                        &Expression_value,
                                        OPERATOR_DEFS(Expression),
                                        NULL };

/* Constraint */
HPyDef_SLOT(Constraint_traverse, HPy_tp_traverse)
static int Constraint_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Constraint *)self)->expression);
    return 0;
}

HPyDef_SLOT(Constraint_destroy, HPy_tp_destroy)
static void Constraint_destroy_impl(void *)
{
    destroyed[3]++;
}

HPyDef_SLOT(Constraint_repr, HPy_tp_repr)
static HPy Constraint_repr_impl(HPyContext *ctx, HPy self)
{
    Constraint *c = Constraint_AsStruct(ctx, self);
    Ref e(ctx, HPyField_Load(ctx, self, c->expression));
    const char *op = c->op == HPy_EQ ? " == 0" : c->op == HPy_LE ? " <= 0" : " >= 0";
    char strength[64];
    snprintf(strength, sizeof strength, " | strength = %g", c->strength);
    return HPyUnicode_FromFormat(ctx, "%R%s%s", (HPy)e, op, strength);
}

/* constraint | strength */
HPyDef_SLOT(Constraint_or, HPy_nb_or)
static HPy Constraint_or_impl(HPyContext *ctx, HPy a, HPy b)
{
    HPy c = a, s = b;
    if (!is(ctx, a, ConstraintType))
        c = b, s = a;
    double strength;
    if (HPyUnicode_Check(ctx, s)) {
        HPy_ssize_t n;
        const char *text = HPyUnicode_AsUTF8AndSize(ctx, s, &n);
        if (!text)
            return HPy_NULL;
        std::string name(text, n);
        if (name == "required")
            strength = 1001001000;
        else if (name == "strong")
            strength = 1e6;
        else if (name == "medium")
            strength = 1e3;
        else if (name == "weak")
            strength = 1;
        else
            return HPyErr_Format(
                ctx, ctx->h_ValueError,
                "string strength must be 'required', 'strong', 'medium', or 'weak', not '%s'",
                text);
    } else {
        int r = number(ctx, s, &strength);
        if (r < 0)
            return HPy_NULL;
        if (!r)
            return HPy_Dup(ctx, ctx->h_NotImplemented);
    }
    Constraint *from = Constraint_AsStruct(ctx, c), *to;
    HPy h = make(ctx, ConstraintType, &to);
    if (HPy_IsNull(h))
        return h;
    Ref e(ctx, HPyField_Load(ctx, c, from->expression));
    HPyField_Store(ctx, h, &to->expression, e);
    to->op = from->op;
    to->strength = strength;
    return h;
}

HPyDef_METH(Constraint_expression, "expression", HPyFunc_NOARGS)
static HPy Constraint_expression_impl(HPyContext *ctx, HPy self)
{
    return HPyField_Load(ctx, self, Constraint_AsStruct(ctx, self)->expression);
}

HPyDef_GETSET(Constraint_strength, "strength")
static HPy Constraint_strength_get(HPyContext *ctx, HPy self, void *)
{
    return HPyFloat_FromDouble(ctx, Constraint_AsStruct(ctx, self)->strength);
}

static int Constraint_strength_set(HPyContext *ctx, HPy self, HPy value, void *)
{
    if (HPy_IsNull(value)) {
        Constraint_AsStruct(ctx, self)->strength = 0;
        return 0;
    }
    double v = HPyFloat_AsDouble(ctx, value);
    if (v == -1.0 && HPyErr_Occurred(ctx))
        return -1;
    Constraint_AsStruct(ctx, self)->strength = v;
    return 0;
}

static HPyDef *Constraint_defines[] = { &Constraint_traverse,
                                        &Constraint_destroy,
                                        &Constraint_repr,
                                        &Constraint_or,
                                        &Constraint_expression,
                                        &Constraint_strength,
                                        NULL };

/* Solver */
HPyDef_SLOT(Solver_new, HPy_tp_new)
static HPy Solver_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    if (nargs || (!HPy_IsNull(kw) && HPy_Length(ctx, kw)))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "Solver.__new__ takes no arguments");
    Solver *s;
    HPy h = HPy_New(ctx, type, &s);
    if (HPy_IsNull(h))
        return h;
    s = Solver_AsStruct(ctx, h);
    s->values = new (std::nothrow) std::map<std::string, double>;
    Ref list(ctx, HPyList_New(ctx, 0));
    HPyField_Store(ctx, h, &s->constraints, list);
    return h;
}

HPyDef_SLOT(Solver_traverse, HPy_tp_traverse)
static int Solver_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Solver *)self)->constraints);
    return 0;
}

HPyDef_SLOT(Solver_destroy, HPy_tp_destroy)
static void Solver_destroy_impl(void *self)
{
    delete ((Solver *)self)->values;
    destroyed[4]++;
}

static HPy_ssize_t find(HPyContext *ctx, HPy list, HPy c)
{
    for (HPy_ssize_t i = 0, n = HPy_Length(ctx, list); i < n; i++) {
        Ref x(ctx, HPy_GetItem_i(ctx, list, i));
        if (HPy_Is(ctx, x, c))
            return i;
    }
    return -1;
}

static HPy raise(HPyContext *ctx, HPyGlobal &type, HPy value)
{
    Ref t(ctx, HPyGlobal_Load(ctx, type));
    return HPyErr_SetObject(ctx, t, value);
}

HPyDef_METH(Solver_add, "addConstraint", HPyFunc_O)
static HPy Solver_add_impl(HPyContext *ctx, HPy self, HPy c)
{
    if (!is(ctx, c, ConstraintType))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "Expected object of type `Constraint`.");
    Ref list(ctx, HPyField_Load(ctx, self, Solver_AsStruct(ctx, self)->constraints));
    if (find(ctx, list, c) >= 0)
        return raise(ctx, DuplicateConstraint, c);
    Ref e(ctx, HPyField_Load(ctx, c, Constraint_AsStruct(ctx, c)->expression));
    Ref terms(ctx, HPyField_Load(ctx, e, Expression_AsStruct(ctx, e)->terms));
    if (HPy_Length(ctx, terms) == 0 && Expression_AsStruct(ctx, e)->constant != 0)
        return raise(ctx, UnsatisfiableConstraint, c);
    if (HPyList_Append(ctx, list, c) < 0)
        return HPy_NULL;
    try {
        for (HPy_ssize_t i = 0, n = HPy_Length(ctx, terms); i < n; i++) {
            Ref t(ctx, HPy_GetItem_i(ctx, terms, i));
            Ref v(ctx, HPyField_Load(ctx, t, Term_AsStruct(ctx, t)->variable));
            Ref name(ctx, HPy_Repr(ctx, v));
            if (name.null())
                return HPy_NULL;
            const char *text = HPyUnicode_AsUTF8AndSize(ctx, name, NULL);
            if (!text)
                return HPy_NULL;
            if (std::string(text) == "throw")
                throw std::runtime_error("a variable named throw");
            (*Solver_AsStruct(ctx, self)->values)[text] += Term_AsStruct(ctx, t)->coefficient;
        }
    } catch (const std::exception &e) {
        return HPyErr_Format(ctx, ctx->h_RuntimeError, "solver: %s", e.what());
    }
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Solver_remove, "removeConstraint", HPyFunc_O)
static HPy Solver_remove_impl(HPyContext *ctx, HPy self, HPy c)
{
    Ref list(ctx, HPyField_Load(ctx, self, Solver_AsStruct(ctx, self)->constraints));
    HPy_ssize_t i = find(ctx, list, c);
    if (i < 0)
        return raise(ctx, UnknownConstraint, c);
    return HPy_DelItem_i(ctx, list, i) < 0 ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Solver_update, "updateVariables", HPyFunc_NOARGS)
static HPy Solver_update_impl(HPyContext *ctx, HPy self)
{
    Ref list(ctx, HPyField_Load(ctx, self, Solver_AsStruct(ctx, self)->constraints));
    for (HPy_ssize_t i = 0, n = HPy_Length(ctx, list); i < n; i++) {
        Ref c(ctx, HPy_GetItem_i(ctx, list, i));
        Ref e(ctx, HPyField_Load(ctx, c, Constraint_AsStruct(ctx, c)->expression));
        Ref terms(ctx, HPyField_Load(ctx, e, Expression_AsStruct(ctx, e)->terms));
        if (HPy_Length(ctx, terms) != 1)
            continue;
        Ref t(ctx, HPy_GetItem_i(ctx, terms, 0));
        Ref v(ctx, HPyField_Load(ctx, t, Term_AsStruct(ctx, t)->variable));
        Variable_AsStruct(ctx, v)->value =
            -Expression_AsStruct(ctx, e)->constant / Term_AsStruct(ctx, t)->coefficient;
    }
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Solver_dump, "dumps", HPyFunc_NOARGS)
static HPy Solver_dump_impl(HPyContext *ctx, HPy self)
{
    std::ostringstream s;
    for (auto &[name, value] : *Solver_AsStruct(ctx, self)->values)
        s << name << "=" << value << ";";
    return HPyUnicode_FromString(ctx, s.str().c_str());
}

HPyDef_METH(Solver_has, "hasConstraint", HPyFunc_O)
static HPy Solver_has_impl(HPyContext *ctx, HPy self, HPy c)
{
    Ref list(ctx, HPyField_Load(ctx, self, Solver_AsStruct(ctx, self)->constraints));
    return HPyBool_FromBool(ctx, find(ctx, list, c) >= 0);
}

static HPyDef *Solver_defines[] = { &Solver_new,  &Solver_traverse, &Solver_destroy,
                                    &Solver_add,  &Solver_remove,   &Solver_update,
                                    &Solver_dump, &Solver_has,      NULL };

#define SPEC(T)                                                                                    \
    static HPyType_Spec T##_spec = { .name = "hpytype_related." #T,                                    \
                                     .basicsize = sizeof(T),                                       \
                                     .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE |         \
                                              HPy_TPFLAGS_HAVE_GC,                                 \
                                     .builtin_shape = SHAPE(T),                                    \
                                     .defines = T##_defines };
SPEC(Variable)
SPEC(Term)
SPEC(Expression)
SPEC(Constraint)
SPEC(Solver)

HPyDef_METH(counts, "destroyed", HPyFunc_NOARGS)
static HPy counts_impl(HPyContext *ctx, HPy)
{
    return HPy_BuildValue(ctx, "[lllll]", destroyed[0], destroyed[1], destroyed[2], destroyed[3],
                          destroyed[4]);
}

static int add(HPyContext *ctx, HPy m, const char *name, HPyGlobal *g, HPy made)
{
    Ref h(ctx, made);
    if (h.null())
        return -1;
    HPyGlobal_Store(ctx, g, h);
    return HPy_SetAttr_s(ctx, m, name, h);
}

HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy m)
{
    if (add(ctx, m, "Variable", &VariableType, HPyType_FromSpec(ctx, &Variable_spec, NULL)) < 0 ||
        add(ctx, m, "Term", &TermType, HPyType_FromSpec(ctx, &Term_spec, NULL)) < 0 ||
        add(ctx, m, "Expression", &ExpressionType, HPyType_FromSpec(ctx, &Expression_spec, NULL)) <
            0 ||
        add(ctx, m, "Constraint", &ConstraintType, HPyType_FromSpec(ctx, &Constraint_spec, NULL)) <
            0 ||
        add(ctx, m, "Solver", &SolverType, HPyType_FromSpec(ctx, &Solver_spec, NULL)) < 0)
        return -1;
    Ref dict(ctx, HPyDict_New(ctx)), one(ctx, HPyLong_FromLong(ctx, 1));
    if (HPy_SetItem_s(ctx, dict, "code", one) < 0)
        return -1;
    if (add(ctx, m, "DuplicateConstraint", &DuplicateConstraint,
            HPyErr_NewException(ctx, "hpytype_related.DuplicateConstraint", HPy_NULL, HPy_NULL)) < 0 ||
        add(ctx, m, "UnsatisfiableConstraint", &UnsatisfiableConstraint,
            HPyErr_NewExceptionWithDoc(ctx, "hpytype_related.errors.UnsatisfiableConstraint",
                                       "Cannot be satisfied.", ctx->h_ValueError, dict)) < 0)
        return -1;
    Ref base(ctx, HPyGlobal_Load(ctx, DuplicateConstraint));
    Ref bases(ctx, HPyTuple_Pack(ctx, 2, (HPy)base, ctx->h_KeyError));
    return add(ctx, m, "UnknownConstraint", &UnknownConstraint,
               HPyErr_NewException(ctx, "hpytype_related.UnknownConstraint", bases, HPy_NULL));
}

static HPyDef *defines[] = { &exec, &counts, NULL };
static HPyGlobal *globals[] = { &VariableType,
                                &TermType,
                                &ExpressionType,
                                &ConstraintType,
                                &SolverType,
                                &DuplicateConstraint,
                                &UnsatisfiableConstraint,
                                &UnknownConstraint,
                                NULL };
static HPyModuleDef moduledef = { .doc = "A solver.", .defines = defines, .globals = globals };
HPy_MODINIT(hpytype_related, moduledef)
