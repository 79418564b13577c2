# Which functions of the API were called, how often.
# run: -m hpy.trace --sort calls
# status: 0
import untidy

for number in range(1000):
    untidy.tidy(number)
untidy.leak("x")

#err> function                      calls       total ms    ns/call
#err> ctx_Add                       1,000 * *
#err> ctx_Close                     1,000 * *
#err> ctx_Long_FromInt64_t          1,000 * *
#err> ctx_Dup                           2 * *
#err> hpy.trace: 3,002 calls of 4 functions
