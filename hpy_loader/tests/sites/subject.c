/* Functions that call into a context in the ways that extensions do. A comment
 * of the form "here: name" marks the line that a site must name. */
#include <alloca.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct Context Context;
struct Context {
    /* As many constants as HPy's context has. */
    intptr_t constants[80];
    intptr_t (*ctx_open)(Context *, intptr_t);
    intptr_t (*ctx_real)(Context *, double);
    intptr_t (*ctx_many)(Context *, void *, void *, void *, void *);
    intptr_t (*ctx_again)(Context *, intptr_t (*)(Context *));
};

#define EXPORT __attribute__((visibility("default")))
#define NOINLINE __attribute__((noinline))

/* As in HPy's headers. */
static inline intptr_t HPy_Open(Context *ctx, intptr_t value)
{
    return ctx->ctx_open(ctx, value);
}

EXPORT intptr_t direct(Context *ctx)
{
    intptr_t handle = HPy_Open(ctx, 1); /* here: direct */
    return handle + 1;
}

EXPORT intptr_t twice(Context *ctx)
{
    intptr_t first = HPy_Open(ctx, 1);  /* here: first */
    intptr_t second = HPy_Open(ctx, 2); /* here: second */
    return first + second;
}

EXPORT intptr_t with_double(Context *ctx)
{
    intptr_t handle = ctx->ctx_real(ctx, 0.5); /* here: with_double */
    return handle + 1;
}

EXPORT intptr_t with_many(Context *ctx)
{
    intptr_t a = 2, b = 3, c = 5, d = 7;
    intptr_t product = ctx->ctx_many(ctx, &a, &b, &c, &d); /* here: with_many */
    return product + a;
}

/* With optimisation, this jumps to the context's function. */
EXPORT intptr_t tail(Context *ctx)
{
    return ctx->ctx_open(ctx, 1); /* here: tail */
}

/* One of these is compiled to a jump, or both are. */
EXPORT intptr_t branches(Context *ctx)
{
    if (ctx->constants[0])
        return ctx->ctx_real(ctx, 1.5);
    return ctx->ctx_open(ctx, 1); /* here: branches */
}

/* Which of the jumps it was, nobody knows. */
EXPORT intptr_t ambiguous(Context *ctx)
{
    if (ctx->constants[0]) {
        __asm__ volatile("nop" ::: "memory");
        return ctx->ctx_open(ctx, 1);
    }
    __asm__ volatile("nop; nop" ::: "memory");
    return ctx->ctx_open(ctx, 2);
}

static NOINLINE intptr_t jumping(Context *ctx, intptr_t value)
{
    return HPy_Open(ctx, value + ctx->constants[0]); /* here: jumping */
}

EXPORT intptr_t calls_jumping(Context *ctx)
{
    return jumping(ctx, 1) + 1; /* here: calls_jumping */
}

static inline intptr_t small(Context *ctx)
{
    return HPy_Open(ctx, 3) + 1; /* here: small */
}

EXPORT intptr_t inlines(Context *ctx)
{
    return small(ctx) * 2; /* here: inlines */
}

static NOINLINE intptr_t inner(Context *ctx)
{
    return HPy_Open(ctx, 4) + 1; /* here: inner */
}

static NOINLINE intptr_t middle(Context *ctx)
{
    return inner(ctx) + 1; /* here: middle */
}

EXPORT intptr_t outer(Context *ctx)
{
    return middle(ctx) + 1; /* here: outer */
}

/* A frame whose size the compiler does not know. */
static NOINLINE intptr_t growing(Context *ctx, size_t size)
{
    char *memory = alloca(size);
    memset(memory, 1, size);
    intptr_t handle = HPy_Open(ctx, memory[size / 2]); /* here: growing */
    return handle + memory[size - 1];
}

EXPORT intptr_t grows(Context *ctx)
{
    return growing(ctx, 5000) + growing(ctx, 100) + 1; /* here: grows */
}

static NOINLINE intptr_t descend(Context *ctx, int depth)
{
    if (depth == 0)
        return HPy_Open(ctx, 5) + 1; /* here: bottom */
    return descend(ctx, depth - 1) + 1; /* here: descend */
}

EXPORT intptr_t recursive(Context *ctx)
{
    return descend(ctx, 1000) + 1;
}

static int compare(const void *left, const void *right)
{
    Context *ctx = *(Context *const *)left;
    return (int)(HPy_Open(ctx, 0) * (left < right)); /* here: compare */
}

/* C that is called by another library. */
EXPORT intptr_t sorts(Context *ctx)
{
    Context *items[] = {ctx, ctx};
    qsort(items, 2, sizeof(ctx), compare); /* here: sorts */
    return 1;
}

EXPORT intptr_t nested(Context *ctx)
{
    intptr_t before = HPy_Open(ctx, 1);      /* here: before */
    intptr_t inside = ctx->ctx_again(ctx, direct); /* here: nested */
    intptr_t after = HPy_Open(ctx, 2);       /* here: after */
    return before + inside + after;
}

/* For measuring. */
EXPORT intptr_t many_times(Context *ctx)
{
    intptr_t sum = 0;
    for (int i = 0; i < 100000; i++)
        sum += HPy_Open(ctx, i);
    return sum;
}
