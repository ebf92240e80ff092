# %% [markdown] id="promise"
# # 12 · Memory as learning at test time
#
# **Is remembering a kind of training?**
#
# A sum, a memory that fades, the delta rule: each was found as one gradient step on a loss.
# Then why one step, why on the newest pair alone, why without momentum?
# This lesson takes the word *step* at its word, and trains a memory while it reads.
#
# After this lesson you can name the loss behind an update rule, say what more steps on a pair are worth, write the memory to which all steps lead, and read from a trained model what it makes of step, momentum and decay.
#
# You need lesson 11, gradients, inverse matrices, some PyTorch.
# The core path takes about 85 minutes; the end of section 2 is a good place to stop half way.

# %% id="start"
import torch
from sympy import Identity, symbols

import lcutils as lc
from lcutils import memory, recall, tasks
from lcutils.proof import MatrixSymbol, dot, half_norm_sq, norm_sq
from lcutils.show import BLUE, GREEN, GREY, RED, label_lines

lc.start("12")

# %% [markdown] id="before"
# ## Before you begin

# %% id="12-recall_delta" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("12.recall_delta", answer=answer)

# %% id="12-recall_layer" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("12.recall_layer", answer=answer)

# %% [markdown] id="steps"
# ## 1. Every rule is a step
#
# A state $S$ of size $K \times V$ is read with a key $k$ of $K$ numbers as $S^\top k$, and should give its value $v$, of $V$ numbers.
# On the loss $-v \cdot S^\top k$ a step of size 1 is the sum, $S + k v^\top$.
# On $\tfrac12 \lVert S^\top k - v \rVert^2$ a step of size $\beta$ is the delta rule.
# What makes a memory fade?
# A wish for a small state, weighed against the pair:

# %% id="decay"
K, V = symbols("K V", positive=True, integer=True)
beta, gamma, lam, alpha = symbols("beta gamma lambda alpha", positive=True)
S, k, v = MatrixSymbol("S", K, V), MatrixSymbol("k", K, 1), MatrixSymbol("v", V, 1)
wish = -dot(S.T * k, v) + (1 - gamma) / 2 * norm_sq(S)
lc.prove("12.decay", S - lc.grad(wish, S), gamma * S + k * v.T, torch=True)

# %% [markdown] id="gated-before"
# The *gated delta rule* fades and corrects (Yang, Kautz and Hatamizadeh, ICLR 2025):
#
# $$S \leftarrow \alpha\, (I - \beta k k^\top)\, S + \beta k v^\top$$
#
# It is tempting to say: a step on the error plus a wish for a small state, with $\alpha = 1 - \beta\lambda$.
# It is not so:

# %% id="gated-wrong"
wishes = half_norm_sq(S.T * k - v) + lam / 2 * norm_sq(S)
gated = alpha * (Identity(K) - beta * k * k.T) * S + beta * k * v.T
lc.refute("12.gated_as_sum", S - beta * lc.grad(wishes, S), gated.subs(alpha, 1 - beta * lam))

# %% [markdown] id="gated-after"
# The step on both erases with the strength $\beta$, the rule with $\alpha \beta$, since it has faded before it looks.
# It is a step on the error alone, taken at the faded state:

# %% id="gated-true"
faded = MatrixSymbol("F", K, V)
lc.prove(
    "12.gated_step",
    faded - beta * lc.grad(half_norm_sq(faded.T * k - v), faded),
    (Identity(K) - beta * k * k.T) * faded + beta * k * v.T,
    reason="with F for the faded state, alpha S",
)

# %% [markdown] id="gated-loss-before"
# Is there no loss, then, on which it is one step from $S$ itself?
# There is: the state should be small, and should answer $v / \alpha$, more than it was told, for a part of that will fade.

# %% id="gated-loss"
loss = (1 - alpha) / 2 * norm_sq(S) + alpha * beta * half_norm_sq(S.T * k - v / alpha)
lc.prove("12.gated_loss", S - lc.grad(loss, S), gated, torch=True)

# %% id="12-name_loss" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("12.name_loss", answer=answer)

# %% [markdown] id="ttt_step-exercise"
# So a memory is a small model, a pair is an example, and reading is training: *test-time training* (Sun et al., 2024).
# Its gradient need not be worked out by hand.
# (The model around it will be trained, too, by gradients that run back through this step.)
#
# **Exercise 1** (8 minutes). Let PyTorch find it: one step of size `lr` on the error of the newest pair, at the state as it is, with *weight decay*: the old state is multiplied by `1 - decay`.
# (`torch.optim.SGD` multiplies its weight decay by `lr` as well. Not here.)


# %% id="12-ttt_step" tags=["exercise"]
def ttt_step(state, k, v, lr, decay):
    """state: [K, V], k: [K], v: [V] -> the state after one step on the loss of this pair: [K, V]"""

    ### BEGIN SOLUTION
    def loss(S):
        return 0.5 * (S.T @ k - v).square().sum()

    return (1 - decay) * state - lr * torch.func.grad(loss)(state)
    ### END SOLUTION


ttt_step = lc.check("12.ttt_step", ttt_step)

# %% [markdown] id="hints-ttt_step"
# {{hints}}
#
# ## 2. Train harder on the newest pair?
#
# One step with a small $\beta$ leaves some error.
# Why not take five steps on each pair, and so learn it better?
# Store 64 random pairs in $64 \times 64$, with keys of length 1, in two ways: five steps of $\beta = 0.2$ on each pair, or one of $\beta = 0.67232$.

# %% id="12-five" tags=["exercise"]
### BEGIN SOLUTION
answer = "five steps are better"
### END SOLUTION
lc.predict("12.five", answer=answer)


# %% id="five"
def delta(keys, values, beta, repeats=1):
    """keys: [T, K], values: [T, V]; each pair `repeats` times in a row -> the state: [K, V]"""
    k, v = (x.repeat_interleave(repeats, dim=0)[None, :, None] for x in (keys, values))
    strength = torch.full(k.shape[:3], beta, dtype=k.dtype)
    _, state = memory.delta_rule(k, k, v, beta=strength, output_final_state=True)
    return state[0, 0]


rng = lc.rng("five")
keys, values = (torch.randn(64, 64, generator=rng, dtype=torch.float64) for _ in range(2))
keys = torch.nn.functional.normalize(keys, dim=1)
five, one = delta(keys, values, 0.2, repeats=5), delta(keys, values, 0.67232)

# %% id="five-measured" tags=["after-prediction"]
# The two states, compared.
claim = lc.claim(
    "12.same",
    "Of the 4,096 entries {value:.0f} differ by more than 1e-12.",
    ((five - one).abs() > 1e-12).sum(),
    between=(0, 0),
)
of_five, of_one = ((keys @ state - values).square().mean().item() for state in (five, one))
lead = 0 if abs(of_one - of_five) < 1e-9 else 1 if of_one > of_five else -1
was = {0: "both alike", 1: "five steps", -1: "one step"}[lead]
lc.reveal("12.five", claim, "They are the same state, and $1 - 0.8^5 = 0.67232$.", was=was)

# %% [markdown] id="two_steps-exercise"
# ### By hand, for two steps
#
# A step leaves the factor $1 - \beta n$ of a pair's error, $n = \lVert k \rVert^2$ (lesson 11).
#
# **Exercise 2** (4 minutes). With which $\beta'$ does one step leave of this error what two steps of $\beta$ leave? Write it in `beta` and `n`.

# %% id="12-two_steps" tags=["exercise"]
n = symbols("n", positive=True)
### BEGIN SOLUTION
beta_two = 2 * beta - beta**2 * n
### END SOLUTION
### BEGIN STUDENT
# beta_two = None  # an expression in beta and n
### END STUDENT
lc.check("12.two_steps", beta_two)

# %% [markdown] id="hints-two_steps"
# {{hints}}

# %% id="two-steps" tags=["after-prediction"]
# The proof.
first = S + beta * k * (v - S.T * k).T
second = first + beta * k * (v - first.T * k).T
one_step = S + (2 * beta - beta**2 * norm_sq(k)) * k * (v - S.T * k).T
lc.reveal("12.five", lc.prove("12.two", second, one_step))

# %% [markdown] id="more-steps" tags=["after-prediction"]
# Each step moves $S$ along $k$ only, so what leaves the same error is the same state.
# In the same way $m$ steps are one with $\beta' = (1 - (1 - \beta n)^m) / n$: after one more step the factor of the error is $(1 - \beta n)^m (1 - \beta n)$, which is $1 - \beta' n$ with $m + 1$ for $m$.
# **Training harder on the newest pair is one step with another $\beta$, and nothing else**: a larger one while $\beta n < 1$.

# %% [markdown] id="all-pairs"
# ## 3. Train on all pairs
#
# And if the old pairs come again?
# With keys and values as the rows of two matrices, $X$ of size $T \times K$ and $Y$ of size $T \times V$, the error of all pairs and a wish for a small state make *ridge regression*:

# %% id="ridge"
T = symbols("T", positive=True, integer=True)
X, Y = MatrixSymbol("X", T, K), MatrixSymbol("Y", T, V)
all_pairs = half_norm_sq(X * S - Y) + lam / 2 * norm_sq(S)
H = X.T * X + lam * Identity(K)
lc.prove("12.ridge_gradient", lc.grad(all_pairs, S), H * S - X.T * Y, torch=True)

# %% [markdown] id="contraction-before"
# For $\lambda > 0$ the matrix $H$ has an inverse, and the gradient vanishes at one state, where $H S^* = X^\top Y$.
# Put $H S^*$ for $X^\top Y$: a gradient step of size $\eta$ multiplies the distance to $S^*$ by the same matrix each time.

# %% id="contraction"
eta = symbols("eta", positive=True)
M, best = MatrixSymbol("H", K, K), MatrixSymbol("S_*", K, V)
lc.prove(
    "12.contraction",
    S - eta * (M * S - M * best) - best,
    (Identity(K) - eta * M) * (S - best),
)

# %% [markdown] id="order-before"
# So $m$ steps leave $(I - \eta H)^m$ of it, and for $\eta$ below $2$ over the largest eigenvalue of $H$ nothing is left in the end.
# Gradient descent on all pairs leads to $S^*$, which for a small $\lambda$ is nearly *least squares*.
#
# Four memories of $64 \times 64$ read pairs whose keys share a direction (two keys have a cosine of about $0.45$): a sum, the delta rule, the delta rule that reads the whole list five times, least squares.
# A value is recalled if its read-out agrees with it better than with any of 255 values that were never stored.

# %% id="12-order" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.3, 0.8, 0.9, 1.0]  # four shares, such as [0.5, 0.5, 0.5, 0.5]
### END SOLUTION
lc.predict("12.order", answer=answer)


# %% id="four"
def four_states(keys, values):
    """keys: [T, K], values: [T, V] -> name -> state [K, V]"""
    k, v = keys[None, :, None], values[None, :, None]  # [B, T, H, K], [B, T, H, V]
    five = [x.repeat(1, 5, 1, 1) for x in (k, v)]  # the list, five times over
    _, fitted = memory.least_squares(k, k, v, ridge=0.01, output_final_state=True)
    states = {"sum": keys.T @ values}
    for name, (key, value) in {"delta": (k, v), "delta, 5 times": five}.items():
        ones = torch.ones(key.shape[:3])
        _, state = memory.delta_rule(key, key, value, beta=ones, output_final_state=True)
        states[name] = state[0, 0]
    return {**states, "least squares": fitted[0, 0, :, keys.shape[1] :]}


# %% id="shares"
def shares(n, rng, cosine=0.45, trials=4):
    """Share of values that agree with their read-out better than 255 others do, by memory"""
    found = {}
    for _ in range(trials):
        keys = cosine**0.5 * tasks.unit_keys(64, rng=rng)
        keys = keys + (1 - cosine) ** 0.5 * tasks.unit_keys(n, 64, rng=rng)
        values, others = tasks.unit_keys(n, 64, rng=rng), tasks.unit_keys(255, 64, rng=rng)
        for name, state in four_states(keys, values).items():
            right = tasks.recognised(keys @ state, values, others)
            found[name] = found.get(name, 0.0) + right.float().mean().item() / trials
    return found


# %% id="order" tags=["after-prediction"]
# Four memories, 16 to 128 pairs.
sizes, rng = [16, 32, 64, 96, 128], lc.rng("order")
curves = [shares(n, rng) for n in sizes]
fig, ax = lc.subplots(height=3.2)
for name, colour in zip(curves[0], (RED, BLUE, GREEN, GREY), strict=True):
    ax.plot(sizes, [curve[name] for curve in curves], "o-", color=colour, label=name)
ax.set(xlabel="pairs", ylabel="share recalled", ylim=(0, 1.05))
label_lines(ax)
summed, delta_once, five_times, fitted = at_64 = list(curves[2].values())
claim = lc.claim(
    "12.order_64",
    f"64 pairs: sum {summed:.2f}, delta {{value:.2f}}, five times {five_times:.2f}, "
    f"least squares {fitted:.2f}.",
    delta_once,
    between=(0.72, 0.95),
)
lc.reveal("12.order", lc.figure(fig, claim), was=at_64)

# %% [markdown] id="order-seen" tags=["after-prediction"]
# At 64 pairs five passes are nearly as good as the best fit, by this measure.
# (To name a value a read-out need not equal it: what is recalled is not yet fitted.)
# But a state that meets a text once has no list to read again.

# %% [markdown] id="one-pass"
# ### Can the best fit be had in one pass?
#
# It can, for a price.
# Let $P$ be the inverse of $H$ for the pairs so far, $I / \lambda$ at first.
# A new pair adds $k k^\top$ to $H$, and by the formula of Sherman and Morrison its inverse becomes $P' = P - \frac{P k k^\top P}{1 + k^\top P k}$.
# What the new inverse makes of the new key is the *gain*:

# %% id="gain"
P = MatrixSymbol("P", K, K)
s = dot(k, P * k)
P_new = P - 1 / (1 + s) * (P * k) * (k.T * P)
lc.prove("12.gain", P_new * k, 1 / (1 + s) * (P * k))

# %% [markdown] id="moves-before"
# Now suppose that the best state moves by the outer product of the gain with what is missing, $S' = S^* + P' k\, (v - S^{*\top} k)^\top$.
# Then $H' S'$, with $H' = H + k k^\top$ and $H' P' = I$, is

# %% id="moves"
lc.prove(
    "12.best_moves",
    (M + k * k.T) * best + k * (v - best.T * k).T,
    M * best + k * v.T,
    reason="H' S' on the left, the old right side and the new pair's part on the right",
)

# %% [markdown] id="rls_step-exercise"
# And $H S^* + k v^\top = X^\top Y + k v^\top$ is what $H' S'$ has to be: $S'$ is the best state for one pair more.
# This is *recursive least squares* (Plackett, Biometrika, 1950), a delta rule whose step and direction are chosen by everything read before.
#
# **Exercise 3** (9 minutes). Write one step. The state holds $P$ and $S$ side by side.


# %% id="12-rls_step" tags=["exercise"]
def rls_step(state, k, v):
    """state: [K, K + V], P and S side by side, k: [K], v: [V] -> the new state: [K, K + V]"""
    ### BEGIN SOLUTION
    P, S = state[:, : len(k)], state[:, len(k) :]
    gain = P @ k / (1 + k @ P @ k)
    P = P - torch.outer(gain, P @ k)
    S = S + torch.outer(gain, v - S.T @ k)
    return torch.cat([P, S], dim=1)
    ### END SOLUTION


rls_step = lc.check("12.rls_step", rls_step)

# %% [markdown] id="hints-rls_step"
# {{hints}}
#
# Read 100 pairs with your step, one by one, and compare with the system $H S = X^\top Y$ solved at once.

# %% id="rls"
rng = lc.rng("rls")
pairs_k, pairs_v = (torch.randn(100, m, generator=rng, dtype=torch.float64) for m in (8, 5))
state = torch.cat([torch.eye(8, dtype=torch.float64) / 0.5, torch.zeros(8, 5).double()], dim=1)
for key, value in zip(pairs_k, pairs_v, strict=True):
    state = rls_step(state, key, value)
system = pairs_k.T @ pairs_k + 0.5 * torch.eye(8, dtype=torch.float64)
solved = torch.linalg.solve(system, pairs_k.T @ pairs_v)

# %% id="rls-same" tags=["hide-input"]
# One by one, and all at once.
lc.claim(
    "12.rls",
    "One pass and one solution differ by more than 1e-10 in {value:.0f} of 40 entries.",
    ((state[:, 8:] - solved).abs() > 1e-10).sum(),
    between=(0, 0),
)

# %% [markdown] id="floats-exercise"
# **Exercise 4** (1 minute). How many numbers does it carry for $K = V = 64$?

# %% id="12-floats" tags=["exercise"]
### BEGIN SOLUTION
numbers = 64 * 64 + 64 * 64
### END SOLUTION
### BEGIN STUDENT
# numbers = None  # a whole number
### END STUDENT
lc.check("12.floats", numbers)

# %% [markdown] id="hints-floats"
# {{hints}}
#
# And remember lesson 11: for a key with two values the best fit is their mean.
#
# ## 4. Momentum, and what a model makes of it
#
# Training has more tricks than decay.
# *Titans* (Behrouz, Zhong and Mirrokni, 2025) gives a memory both decay and momentum, with strengths that a layer computes anew for each token:
#
# $$N_t = m_t N_{t-1} - \mathit{lr}_t\, k_t (S_{t-1}^\top k_t - v_t)^\top, \qquad S_t = e^{g_t} S_{t-1} + N_t$$
#
# (Their loss has no factor $\tfrac12$.)
# This is `memory.momentum_rule`.
# Without momentum it is your `ttt_step`:

# %% id="same-rule" tags=["hide-input"]
# Without momentum, beside your step.
rng = lc.rng("same rule")
key, value = (torch.randn(m, generator=rng, dtype=torch.float64) for m in (8, 5))
S_now = torch.randn(8, 5, generator=rng, dtype=torch.float64)
state = torch.cat([S_now, torch.zeros_like(S_now)], dim=1)[None, None]  # S and the last step
k_now, v_now = key[None, None], value[None, None]  # [B, H, K], [B, H, V]
one = torch.ones(1, 1, dtype=torch.float64)
gates = {"lr": 0.3 * one, "momentum": 0 * one, "g": (0.9 * one).log()}
_, after = memory.momentum_rule_step(k_now, k_now, v_now, state, **gates)
lc.claim(
    "12.titans",
    "Rule and exercise differ by more than 1e-12 in {value:.0f} of 40 entries.",
    ((after[0, 0, :, :5] - ttt_step(S_now, key, value, 0.3, 0.1)).abs() > 1e-12).sum(),
    between=(0, 0),
)

# %% [markdown] id="train-before"
# Now let a model learn to use it.
# It reads texts of 4 pairs, a key token and a value token each, and is asked for all four values (lesson 13 builds such texts).
# The key of a token starts as that of the token before, so that a value is written under the key token that stands before it.
# The outer training runs back through every inner step.
# At the start the inner step size is 0.5, decay takes 2 % a token, and momentum is 0.12, for every token.
# All three may change, at each token in its own way.

# %% id="12-gates" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.5, 0.5, 0.0, 0.5]  # four numbers, such as [0.5, 0.5, 0.02, 0.12]
### END SOLUTION
lc.predict("12.gates", answer=answer)

# %% id="train"
seed = torch.randint(2**31, (1,), generator=lc.rng("titans")).item()
task = {"n_pairs": 4, "n_keys": 16, "n_values": 16}
titans = recall.trained("momentum_rule", seed=seed, steps=150, d=32, key_size=8, **task)
texts = tasks.mqar(256, rng=lc.rng("gates"), **task)
model, mixer = titans.model, titans.model.mixers[0]
with torch.no_grad():
    x = model.norms[0](model.embedding(texts.tokens))  # [B, T, d]
    strength = {name: mixer.gates[name](x)[:, :8, 0] for name in ("lr", "momentum", "g")}

# %% id="gates" tags=["after-prediction"]
# What training made of the three strengths.
lr = strength["lr"].sigmoid()  # key and value tokens take turns
at_keys, at_values = lr[:, ::2].mean(), lr[:, 1::2].mean()
lost = (-strength["g"]).sigmoid().mean()  # g is the logarithm of what stays
momentum = strength["momentum"].sigmoid().mean()
lc.reveal(
    "12.gates",
    lc.claim("12.right", "{value:.2f} right.", titans.right, between=(0.97, 1.0)),
    lc.claim(
        "12.lr",
        f"lr at value tokens {at_values:.2f}, at key tokens {{value:.2f}}.",
        at_keys,
        between=(0.0, 0.25),
    ),
    lc.claim("12.decay_off", "Decay a token: {value:.3f}.", lost, between=(0.0, 0.008)),
    lc.claim("12.momentum_low", "Momentum: {value:.2f}.", momentum, between=(0.0, 0.2)),
    was=[at_keys.item(), at_values.item(), lost.item(), momentum.item()],
)

# %% [markdown] id="gates-seen" tags=["after-prediction"]
# It goes on writing at value tokens, and has nearly stopped at key tokens, where there is nothing to write.
# It turns decay off, for nothing here is better forgotten.
# Momentum stays low, but it was low before: all answers are right, and the task does not decide it.

# %% [markdown] id="by-age-before"
# ### Play with the three strengths
#
# Store 48 random pairs in $32 \times 32$, and look at what is left of them by age.
# A momentum $m$ makes of a step `lr` one of `lr` $/ (1 - m)$ in the long run, so compare 0.2 with momentum 1/2 to 0.4 without.


# %% id="by-age" tags=["hide-input"]
# What the sliders below show.
def recalled(lr, momentum, decay):
    """Share of 48 pairs in 32 x 32 that come back, from the oldest to the newest: [48]"""
    rng, right = lc.rng("play"), torch.zeros(48)
    for _ in range(4):
        keys, values = (tasks.unit_keys(48, 32, rng=rng) for _ in range(2))
        k, v = keys[None, :, None], values[None, :, None]
        one = torch.ones(k.shape[:3])
        gates = {"lr": lr * one, "momentum": momentum * one, "g": (one - decay).log()}
        _, state = memory.momentum_rule(k, k, v, **gates, output_final_state=True)
        others = tasks.unit_keys(255, 32, rng=rng)
        right += tasks.recognised(keys @ state[0, 0, :, :32], values, others) / 4
    return right


# %% id="play" tags=["hide-input"]
# Sliders for the three strengths.
def draw(ax, lr, momentum, decay):
    right = recalled(lr, momentum, decay)
    by_age = right.view(8, 6).mean(dim=1).flip(0)
    ax.plot(range(3, 48, 6), by_age, "o-", color=BLUE)
    ax.set(xlabel="age: pairs written since", ylabel="share recalled", ylim=(0, 1.05))
    ax.set_title(f"lr {lr:g}, momentum {momentum:g}, decay {decay:g}: {right.mean():.2f} recalled")
    return right.mean()


lc.play(draw, lr=(0.0, 1.0, 0.5, 0.05), momentum=(0.0, 0.9, 0.0, 0.05), decay=(0.0, 0.2, 0.0, 0.01))

# %% id="play-settings" tags=["hide-input"]
# Four settings of the sliders.
fig, axes = lc.subplots(4, 1, sharex=True, height=8.4)
settings = (0.2, 0.0, 0.0), (0.2, 0.5, 0.0), (0.4, 0.0, 0.0), (0.4, 0.0, 0.05)
kept = [draw(ax, *setting) for ax, setting in zip(axes, settings, strict=True)]
for ax in axes:
    ax.label_outer()
small, with_momentum, large, _ = kept
claim = lc.claim(
    "12.momentum",
    f"Of 48 pairs a step of 0.2 gives back {small:.2f}, with momentum 1/2 {{value:.2f}}; "
    f"one of 0.4 without momentum {large:.2f}.",
    with_momentum,
    between=(0.78, 0.96),
)
lc.figure(fig, claim)

# %% [markdown] id="exit"
# ## Exit question

# %% id="12-exit_steps" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("12.exit_steps", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - Sum, decay, delta: each is one gradient step on a stated loss. The gated delta rule is one on a loss that asks for $v / \alpha$.
# - More steps on the newest pair are one step with another $\beta$.
# - Steps on all pairs lead to the ridge solution, and shrink the distance by the same matrix each time.
# - Recursive least squares is there in one pass, for $K^2$ more numbers.
# - A model that may choose step, momentum and decay for each token learned, on recall of what stays, to do without decay and to write at value tokens.

# %% [markdown] id="more-time"
# ## If you have more time
#
# ### Surprise
#
# Titans calls the gradient of the newest pair the *surprise*: what the memory did not expect.
# For a key of length 1 the gradient $k_t (S^\top k_t - v_t)^\top$ has the length $\lVert S^\top k_t - v_t \rVert$; we take its square.
# Let a memory read real prose word by word, with the key of a word and, as value, the key of the word after it.
#
# **Exercise 5** (4 minutes). Find the bug.
# With $\beta = 1$ this function says that nothing ever surprises the memory.


# %% id="12-surprise" tags=["exercise"]
def surprise(k, v, beta):
    """k: [B, T, K], v: [B, T, V] -> what each pair misses, before it is written: [B, T]"""
    state, found = k.new_zeros(k.shape[0], k.shape[2], v.shape[2]), []
    for t in range(k.shape[1]):
        ### BEGIN SOLUTION
        missing = v[:, t] - (k[:, t, None] @ state)[:, 0]  # [B, V]
        found.append(missing.square().sum(dim=1))
        state = state + beta * k[:, t, :, None] * missing[:, None]
        ### END SOLUTION
        ### BEGIN STUDENT
        # missing = v[:, t] - (k[:, t, None] @ state)[:, 0]  # [B, V]
        # state = state + beta * k[:, t, :, None] * missing[:, None]
        # missing = v[:, t] - (k[:, t, None] @ state)[:, 0]
        # found.append(missing.square().sum(dim=1))
        ### END STUDENT
    return torch.stack(found, dim=1)


surprise = lc.check("12.surprise", surprise)

# %% [markdown] id="hints-surprise"
# {{hints}}
#
# All keys have length 1, so a memory that knows nothing has a surprise of 1.
# Let one read 256 words of a text with $\beta = 1$.

# %% id="12-prose" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.7
### END SOLUTION
lc.predict("12.prose", answer=answer)

# %% id="prose"
from lcutils import text

prose, files = text.paragraphs(), {}
number = text.vocabulary(prose, 2_000)  # word -> 0 to 1999
for paragraph in prose:
    known = [number[word] for word in paragraph.words if word in number]
    files.setdefault(paragraph.source_file, []).extend(known)
rng = lc.rng("prose")
same = torch.tensor([words[:512] for words in files.values() if len(words) >= 512])
same = same[torch.randperm(len(same), generator=rng)]  # [B, 512]
broken = torch.cat([same[:, :256], same.roll(1, 0)[:, 256:]], dim=1)  # another file from 256 on
keys = tasks.unit_keys(2_000, 128, rng=rng)


def by_block(words, beta):
    """The mean surprise in each block of 32 words: [15]"""
    found = surprise(keys[words[:, :-1]], keys[words[:, 1:]], beta)
    return found[:, :480].unflatten(1, (15, 32)).mean(dim=(0, 2))


# %% id="prose-read" tags=["after-prediction"]
# The surprise after 256 words.
after = by_block(same, 1.0)[8].item()
claim = lc.claim(
    "12.worse", "With β = 1 it is {value:.2f} after 256 words.", after, between=(1.3, 1.7)
)
lc.reveal("12.prose", claim, was=after)

# %% [markdown] id="prose-seen" tags=["after-prediction"]
# **With $\beta = 1$ the memory is more surprised than one that has read nothing.**
# It expects the word that followed last time, and most words have many followers.
# Where keys are at right angles a wrong guess costs $\lVert a - b \rVert^2 = 2$, no guess costs 1, a right one nothing.
# With such keys, a list of followers says what the surprise would be:

# %% id="followers" tags=["after-prediction"]
# The same with a list of followers.
from itertools import pairwise

costs = []
for words in same[:, :289].tolist():
    follower = {}
    for t, (word, after) in enumerate(pairwise(words)):
        if t >= 256:
            costs.append(1 if word not in follower else 2 * (follower[word] != after))
        follower[word] = after
sentence = "With keys at right angles, a surprise of {value:.2f} after 256 words."
claim = lc.claim("12.followers", sentence, sum(costs) / len(costs), between=(1.2, 1.3))
lc.reveal("12.prose", claim)

# %% [markdown] id="followers-seen" tags=["after-prediction"]
# So wrong guesses alone make it worse than no memory; the rest is cross-talk of keys that are not at right angles.

# %% [markdown] id="break-before"
# ### Where a text breaks off
#
# Take small steps, and let another file go on after 256 words.

# %% id="break" tags=["after-prediction"]
# One text goes on, another breaks off.
fig, ax = lc.subplots()
on, off = by_block(same, 0.2), by_block(broken, 0.2)
ax.plot(range(16, 480, 32), off, "o-", color=RED, label="another file")
ax.plot(range(16, 480, 32), on, "o-", color=BLUE, label="goes on")
ax.axvline(256, color=GREY, lw=1)
ax.set(xlabel="words read", ylabel="surprise, β = 0.2", ylim=(0.8, 1.15))
label_lines(ax)
claim = lc.claim(
    "12.jump",
    f"In the 32 words after a break the surprise is higher by {{value:.2f}}, 64 words later by "
    f"{off[10] - on[10]:.2f}.",
    off[8] - on[8],
    between=(0.08, 0.18),
)
lc.reveal("12.prose", lc.figure(fig, claim))

# %% [markdown] id="break-seen" tags=["after-prediction"]
# The break is seen, and soon over.
# But look at the height: with small steps the memory is hardly better than nothing.
# Keys, values and steps have to be learned before surprise says much.

# %% [markdown] id="bend-before"
# ### A memory with a bend
#
# Why should the memory be a matrix?
# `memory.two_layer_memory` is a network $U^\top \tanh(A k)$ with $M$ hidden units, $M(K+V)$ numbers, all of which take a gradient step at each pair.
# It starts from random weights $A$, and gets the best of four step sizes.
# Let it store 32 pairs with $K = V = 32$, and $M = 16$: as many numbers as a matrix has.

# %% id="12-bend" tags=["exercise"]
### BEGIN SOLUTION
answer = "more"
### END SOLUTION
lc.predict("12.bend", answer=answer)


# %% id="bend"
def two_layers(M, keys, values, lr, rng):
    """What a network with M hidden units reads for each key, after one step on each pair"""
    k, v = keys[None, :, None], values[None, :, None]
    A, U = torch.randn(M, keys.shape[1], generator=rng), torch.zeros(M, values.shape[1])
    weights = torch.cat([A, U], dim=1)
    start = torch.cat([weights, torch.zeros_like(weights)], dim=1)[None, None]
    one = torch.ones(k.shape[:3])
    gates = {"lr": lr * one, "momentum": 0 * one, "g": 0 * one}
    _, state = memory.two_layer_memory(
        k, k, v, **gates, initial_state=start, output_final_state=True
    )
    A, U, _ = state[0, 0].split([keys.shape[1], values.shape[1], weights.shape[1]], dim=1)
    return (keys @ A.T).tanh() @ U


# %% id="bend-measured" tags=["after-prediction"]
# A matrix and two layers, 32 pairs.
rng, trials, sizes = lc.rng("bend"), 4, [16, 32, 64, 128]
as_matrix, best = 0.0, torch.zeros(len(sizes), 4)
for _ in range(trials):
    keys, values, others = (tasks.unit_keys(n, 32, rng=rng) for n in (32, 32, 255))
    as_matrix += tasks.recognised(keys @ (keys.T @ values), values, others).float().mean() / trials
    for i, M in enumerate(sizes):
        for j, lr in enumerate((0.3 / M, 1 / M, 2 / M, 4 / M)):
            read = two_layers(M, keys, values, lr, rng)
            best[i, j] += tasks.recognised(read, values, others).float().mean() / trials
best = best.amax(dim=1)
claim = lc.claim(
    "12.bend_holds",
    f"32 pairs: a matrix with 1,024 numbers gives back {as_matrix:.2f}, two layers with 1,024 "
    f"{{value:.2f}}, with 8,192 {best[-1]:.2f}.",
    best[0],
    between=(0.5, 0.85),
)
lc.reveal("12.bend", claim, was="more" if best[0] > as_matrix else "fewer")

# %% [markdown] id="bend-seen" tags=["after-prediction"]
# Far fewer.
# Half of its numbers, $A$, only turn keys into features; the values lie in $U$, which is $M \times V$.
# Its steps must be small as well: the features $\tanh(A k)$ have a squared length of up to $M$, and by lesson 11 a step beyond $2 / M$ may then enlarge what is missing.
# (Sun et al. learn the weights from which a memory starts; ours are random.)

# %% [markdown] id="sources"
# ## Sources
#
# - Behrouz, Zhong and Mirrokni, Titans: learning to memorize at test time, 2025.
# - Plackett, Some theorems in least squares, Biometrika, 1950.
# - Sun et al., Learning to (learn at test time): RNNs with expressive hidden states, 2024.
# - Yang, Kautz and Hatamizadeh, Gated delta networks: improving Mamba2 with delta rule, ICLR 2025.

# %% id="report"
lc.report()
