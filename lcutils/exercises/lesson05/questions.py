"""Lesson 05: the recall questions and the exit questions."""

from __future__ import annotations

from lcutils.checking.data import Choice, Question

ENTRIES = (
    Question(
        "05.recall_collapse",
        "Lesson 02: word vectors and context vectors were pulled together until the loss was "
        "zero. What had been learned?",
        {
            "a": Choice(
                "which words have like company",
                "While they fall together a trace of it is there; at zero loss all are equal.",
            ),
            "b": Choice(
                "nothing: all vectors were equal",
                "Each loss is zero, and no vector differs from another.",
            ),
            "c": Choice(
                "the PMI of each pair of words",
                "That takes a push as well as a pull, as in negative sampling.",
            ),
            "d": Choice(
                "the mean of each word's contexts",
                "That is where a word rests if its contexts hold still. They did not.",
            ),
        },
        right="b",
    ),
    Question(
        "05.recall_window",
        "Lesson 03: a network reads the vectors of its words side by side. Why is that no memory?",
        {
            "a": Choice(
                "the order of its words is lost",
                "It is not: each place has weights of its own.",
            ),
            "b": Choice(
                "its gradients cannot be found",
                "They can: g x^T, as for any layer.",
            ),
            "c": Choice(
                "it knows no word it has not seen",
                "It reads vectors, and a vector can be near one that was seen.",
            ),
            "d": Choice(
                "it has places for only so many",
                "W has a column for each number of each place. The next word has none.",
            ),
        },
        right="d",
    ),
    Question(
        "05.exit_sum",
        "The words of a text are stored as a sum of random vectors. "
        "What can nobody read from the final state?",
        {
            "a": Choice(
                "whether a word was in the text",
                "That can be read, with some error: a stored word has the mean read-out 1, "
                "any other word 0.",
            ),
            "b": Choice(
                "which of two words came first",
                "If two words change places, the sum is the same number for number.",
            ),
            "c": Choice(
                "how often a word was repeated",
                "That can be read, with some error: a word stored three times has the mean "
                "read-out 3.",
            ),
            "d": Choice(
                "how many words the text had",
                "That can be estimated: the squared length of the state has the mean T if no "
                "word repeats.",
            ),
        },
        right="b",
    ),
    Question(
        "05.exit_loss",
        "The loss is 1/2 ||c_t - c_(t+1)||^2, and c_(t+1) = c_t + W x. "
        "What does one small gradient step on W do?",
        {
            "a": Choice(
                "it moves c_t some way to c_(t+1)",
                "No c_t moves: it has cancelled, and the step changes W only.",
            ),
            "b": Choice(
                "it makes W write more for this x",
                "The other way round: what W writes for x is just what the loss punishes.",
            ),
            "c": Choice(
                "it bounds the length of the state",
                "The loss does not know how large the state is: c_t has cancelled.",
            ),
            "d": Choice(
                "it makes W write less for this x",
                "The state cancels, 1/2 ||W x||^2 is left, and the step takes from W a part of "
                "what it would have written.",
            ),
        },
        right="d",
    ),
    Question(
        "05.exit_noise",
        "A sum of d numbers holds T words. You want it to hold four times as many words, "
        "with about as much noise. How large must the new d be?",
        {
            "a": Choice(
                "hardly larger than before",
                "Then the variance is about four times what it was: it is (T - 1)/d.",
            ),
            "b": Choice(
                "about twice as large as before",
                "Then the variance is about twice what it was: it is (T - 1)/d, without a root.",
            ),
            "c": Choice(
                "about four times as large",
                "The variance is (T - 1)/d, so d must grow as T does.",
            ),
            "d": Choice(
                "about sixteen times as large",
                "More than you need: the variance would be about a quarter of what it was.",
            ),
        },
        right="c",
    ),
    Question(
        "05.exit_decay",
        "A memory fades with gamma = 0.97 while the text goes on and on. "
        "What becomes of the noise, and of a word once stored?",
        {
            "a": Choice(
                "the noise levels off, the word fades",
                "The noise sum ends near 17, and at age a the word has the weight gamma^a.",
            ),
            "b": Choice(
                "the noise levels off, the word stays",
                "The noise does level off, but at age a the word has the weight gamma^a.",
            ),
            "c": Choice(
                "the noise grows ever on, the word fades",
                "The word does fade, but the noise levels off: its sum "
                "1 + gamma^2 + gamma^4 + ... ends near 17.",
            ),
            "d": Choice(
                "the noise dies out, the word fades",
                "The word does fade, but new words keep coming, so the noise does not die out.",
            ),
        },
        right="a",
    ),
)
