"""Statements of the lessons that are true, and for each kind of slip statements that are false.

Each entry is built when it is asked for: `TRUE[id]()` is (lhs, rhs) or (lhs, rhs, options).
"""

from sympy import (
    Derivative,
    Identity,
    Integer,
    Matrix,
    OneMatrix,
    Pow,
    Rational,
    Sum,
    ZeroMatrix,
    cos,
    cosh,
    exp,
    log,
    oo,
    sin,
    sqrt,
    symbols,
    tanh,
)

from lcutils.proof import (
    MatrixSymbol,
    dot,
    each,
    grad,
    hadamard,
    half_norm_sq,
    norm_sq,
    sigma,
    sign_mean,
    sign_variance,
)

d, n, T, K, V, N = symbols("d n T K V N", positive=True, integer=True)
eta, gamma, alpha, beta, lam, tau = symbols("eta gamma alpha beta lambda tau", positive=True)
a1, a2, a3, n_wc, n_w, n_c, D, n_neg = symbols("a_1 a_2 a_3 n_wc n_w n_c D n_neg", positive=True)
y, z, z1, z2, z3 = symbols("y z z_1 z_2 z_3", real=True)
a = symbols("a", integer=True)
any1, any2 = symbols("x_1 x_2")  # not even real

W, c0, b, target = MatrixSymbol("W", d, n), *(MatrixSymbol(s, d, 1) for s in ("c_0", "b", "z"))
c_t, c_next = MatrixSymbol("c_t", d, 1), MatrixSymbol("c_{t+1}", d, 1)
x, x1, x2, x3, s_T = (MatrixSymbol(s, n, 1) for s in ("x", "x_1", "x_2", "x_3", "s_T"))
S = MatrixSymbol("S", K, V)
k, q, k1, k2, k3 = (MatrixSymbol(s, K, 1) for s in ("k", "q", "k_1", "k_2", "k_3"))
v, v1, v2, v3 = (MatrixSymbol(s, V, 1) for s in ("v", "v_1", "v_2", "v_3"))
I = Identity(K)

loss = half_norm_sq(c_t - c_next)
blind = half_norm_sq(c_t - (W * x + c_t))
error = half_norm_sq(S.T * k - v)
delta = S - beta * k * (S.T * k - v).T
unrolled = gamma * (gamma * (gamma * c0 + W * x1) + W * x2) + W * x3
below_one = {"domain": (gamma < 1,)}
autograd = {"torch": True}


# lesson 02: embeddings
v_w, u, u1, u2 = (MatrixSymbol(s, d, 1) for s in ("v", "u", "u_1", "u_2"))
items = ((a1, u), (a2, u1), (a3, u2))
total = a1 + a2 + a3
mean = (a1 * u + a2 * u1 + a3 * u2) / total
pair_mean = (a1 * u + a2 * u1) / (a1 + a2)
weighed = a1 * u + a2 * u1 + a3 * u2


def spread(centre):
    return sum(weight * norm_sq(centre - item) for weight, item in items)


sgns = -log(sigma(dot(v_w, u))) - log(sigma(-dot(v_w, u1)))
l = n_wc * log(sigma(z)) + n_neg * n_w * n_c / D * log(sigma(-z))
optimum = log(n_wc * D / (n_w * n_c)) - log(n_neg)
glove = a1 * (dot(v_w, u) + z - log(n_wc)) ** 2


U, scores, right = (MatrixSymbol(m, N, c) for m, c in (("U", d), ("s", 1), ("t", 1)))


def sum_of(size, exponents):
    return dot(OneMatrix(size, 1), each(exp, exponents))


# lesson 03: networks
net = each(tanh, W * x + b)
slope = OneMatrix(d, 1) - hadamard(net, net)
X, Z = MatrixSymbol("X", n, N), MatrixSymbol("Z", d, N)
W2, out = MatrixSymbol("W_2", K, d), MatrixSymbol("z", K, 1)
hidden = each(tanh, W * x)
two_layers = half_norm_sq(each(tanh, W2 * hidden) - out)
top = each(tanh, W2 * hidden)
top_error = hadamard(top - out, OneMatrix(K, 1) - hadamard(top, top))
hidden_slope = OneMatrix(d, 1) - hadamard(hidden, hidden)
g, a_hidden = MatrixSymbol("g", d, 1), MatrixSymbol("a", d, 1)
h = each(tanh, a_hidden)
h_slope = OneMatrix(d, 1) - hadamard(h, h)
Other = MatrixSymbol("Q", d, n)
ones = OneMatrix(n, 1)


# lesson 04: distributions
def softmax(scores):
    return 1 / sum_of(N, scores) * each(exp, scores)


forecast, truth = MatrixSymbol("v", N, 1), MatrixSymbol("u", N, 1)  # logarithms of both
warmth = symbols("tau", positive=True)
entropy = log(1 + exp(z / warmth)) - z / warmth * sigma(z / warmth)
variance_at = z**2 * sigma(z / warmth) * sigma(-z / warmth)

# lesson 05: exact noise of random keys


def keys(T, d):
    return [MatrixSymbol(f"k_{i + 1}", d, 1) for i in range(T)]


def stored(T, d):
    ks = keys(T, d)
    return dot(ks[0], sum(ks[1:], ks[0]))


def stored_noise(T, d):
    return sign_variance(stored(T, d), *keys(T, d))


def unstored_noise(T, d):
    new = MatrixSymbol("q", d, 1)
    ks = keys(T, d)
    return sign_variance(dot(new, sum(ks[1:], ks[0])), new, *ks)


# lesson 08: what attention reads from two pairs
read_two = (exp(z1) * v1 + exp(z2) * v2) / (exp(z1) + exp(z2))
read_numbers = (y * exp(z1) + z * exp(z2)) / (exp(z1) + exp(z2))

# lessons 10 to 12: rules for a state S, K x V
S3 = S + k1 * v1.T + k2 * v2.T + k3 * v3.T
erase = I - beta * k * k.T
nn = dot(k, k)


def linear_attention_rows(K, V):
    """O = (Q K^T * M) V for three tokens."""
    Q, Ks, Vs = MatrixSymbol("Q", 3, K), MatrixSymbol("K", 3, K), MatrixSymbol("V", 3, V)
    return hadamard(Q * Ks.T, Matrix(3, 3, lambda i, j: 1 if j <= i else 0)) * Vs


def recurrence_rows(first):
    """The same, token by token; `first` 0 reads after the write, 1 before it."""

    def rows(K, V):
        Q, Ks, Vs = MatrixSymbol("Q", 3, K), MatrixSymbol("K", 3, K), MatrixSymbol("V", 3, V)
        return Matrix(
            3,
            V,
            lambda t, j: sum(
                (Q[t, m] * Ks[s, m] * Vs[s, j] for s in range(t + 1 - first) for m in range(K)),
                Integer(0),
            ),
        )

    return rows


u_k, P = MatrixSymbol("u", K, 1), MatrixSymbol("P", K, K)
S_best = MatrixSymbol("S_*", K, V)
H, A, M = MatrixSymbol("H", N, N), MatrixSymbol("A", K, N), MatrixSymbol("M", V, N)
gated_loss = alpha * beta / 2 * norm_sq(S.T * k - v / alpha) + (1 - alpha) / 2 * norm_sq(S)
ridge = half_norm_sq(S.T * A - M) + lam / 2 * norm_sq(S)


TRUE = {
    "05.order_lost": lambda: (
        W * x3 + (W * x2 + (W * x1 + c0)),
        W * x1 + (W * x2 + (W * x3 + c0)),
        {"reason": "addition does not care about order"},
    ),
    "05.any_length": lambda: ((c0 + W * s_T) + W * x, c0 + W * (s_T + x)),
    "05.true_sign": lambda: (grad(loss, c_t), c_t - c_next, autograd),
    "05.state_cancels": lambda: (blind, half_norm_sq(W * x)),
    "05.loss_blind": lambda: (grad(blind, c_t), ZeroMatrix(d, 1)),
    "05.gradient_of_w": lambda: (grad(half_norm_sq(W * x), W), W * x * x.T, autograd),
    "05.learns_nothing": lambda: (W - eta * W * x * x.T, W * (Identity(n) - eta * x * x.T)),
    "05.decay_weights": lambda: (
        unrolled,
        gamma**3 * c0 + gamma**2 * W * x1 + gamma * W * x2 + W * x3,
    ),
    "05.decay_induction": lambda: (
        gamma * (gamma**T * c0 + W * s_T) + W * x,
        gamma ** (T + 1) * c0 + W * (gamma * s_T + x),
    ),
    "05.total_weight": lambda: (
        Sum(gamma**a, (a, 0, T - 1)),
        (1 - gamma**T) / (1 - gamma),
        below_one,
    ),
    "05.all_weight": lambda: (Sum(gamma**a, (a, 0, oo)), 1 / (1 - gamma), below_one),
    "05.noise_weight": lambda: (
        Sum(gamma ** (2 * a), (a, 0, T - 1)),
        (1 - gamma ** (2 * T)) / (1 - gamma**2),
        below_one,
    ),
    "05.half_life": lambda: (
        Pow(gamma, log(2) / -log(gamma), evaluate=False),
        Rational(1, 2),
        below_one,
    ),
    "05.noise_stored": lambda: (stored_noise, (T - 1) / d),
    "05.noise_unstored": lambda: (unstored_noise, T / d),
    "05.signal": lambda: (lambda T, d: sign_mean(stored(T, d), *keys(T, d)), Integer(1)),
    "05.hebb_step": lambda: (S - grad(-v.T * S.T * k, S), S + k * v.T, autograd),
    "05.delta_step": lambda: (S - beta * grad(error, S), delta, autograd),
    "02.gap": lambda: (
        (u - eta * grad(half_norm_sq(u - u1), u)) - (u1 - eta * grad(half_norm_sq(u - u1), u1)),
        (1 - 2 * eta) * (u - u1),
    ),
    "02.weighted_mean": lambda: (
        spread(v_w),
        total * norm_sq(v_w - mean) + spread(mean),
    ),
    "02.mean": lambda: (
        a1 * norm_sq(v_w - u) + a2 * norm_sq(v_w - u1),
        (a1 + a2) * norm_sq(v_w - pair_mean) + a1 * a2 / (a1 + a2) * norm_sq(u - u1),
    ),
    "02.one_table": lambda: (
        a1 * dot(u, weighed) + a2 * dot(u1, weighed) + a3 * dot(u2, weighed),
        norm_sq(weighed),
    ),
    "02.pmi_optimum": lambda: (
        grad(-n_wc * log(sigma(z)) - lam * log(sigma(-z)), z),
        sigma(z) * (lam - n_wc * exp(-z)),
    ),
    "02.mean_gradient": lambda: (grad(spread(v_w), v_w), 2 * total * (v_w - mean), autograd),
    "02.skip_gram": lambda: (
        grad(log(sum_of(N, U * v_w)) - dot(right, U * v_w), v_w),
        U.T * (1 / sum_of(N, U * v_w) * each(exp, U * v_w) - right),
        autograd,
    ),
    "02.sgns_word": lambda: (
        grad(sgns, v_w),
        (sigma(dot(v_w, u)) - 1) * u + sigma(dot(v_w, u1)) * u1,
        autograd,
    ),
    "02.sgns_context": lambda: (grad(sgns, u1), sigma(dot(v_w, u1)) * v_w, autograd),
    "02.sigma_mirrored": lambda: (sigma(-z), 1 - sigma(z)),
    "02.sigma_slope": lambda: (grad(log(sigma(z)), z), sigma(-z)),
    "02.sgns_slope": lambda: (
        Derivative(l, z),
        n_wc * sigma(-z) - n_neg * n_w * n_c / D * sigma(z),
    ),
    "02.pmi": lambda: (
        n_wc * sigma(-optimum) - n_neg * n_w * n_c / D * sigma(optimum),
        Integer(0),
    ),
    "02.glove": lambda: (
        grad(glove, v_w),
        2 * a1 * (dot(v_w, u) + z - log(n_wc)) * u,
        autograd,
    ),
    "03.layer": lambda: (
        grad(half_norm_sq(net - target), W),
        hadamard(net - target, slope) * x.T,
        autograd,
    ),
    "03.bias": lambda: (grad(half_norm_sq(net - target), b), hadamard(net - target, slope)),
    "03.top_weights": lambda: (grad(two_layers, W2), top_error * hidden.T),
    "03.bottom_weights": lambda: (
        grad(two_layers, W),
        hadamard(W2.T * top_error, hidden_slope) * x.T,
    ),
    "03.outer": lambda: (grad(dot(g, W * x + b), W), g * x.T, autograd),
    "03.error_back": lambda: (grad(dot(g, W * x + b), x), W.T * g, autograd),
    "03.error": lambda: (
        grad(half_norm_sq(h - g), a_hidden),
        hadamard(h - g, h_slope),
        autograd,
    ),
    "03.error_below": lambda: (
        grad(half_norm_sq(W2 * h - out), a_hidden),
        hadamard(W2.T * (W2 * h - out), h_slope),
        autograd,
    ),
    "03.minimum": lambda: (
        half_norm_sq(W * X - Z),
        half_norm_sq(Other * X - Z)
        + half_norm_sq((W - Other) * X)
        + dot((Other * X - Z) * X.T, W - Other),
    ),
    "03.true_step": lambda: ((W - eta * g * x.T) * x, W * x - eta * dot(x, x) * g),
    "03.article_output": lambda: ((W - eta * g * ones.T) * x, W * x - eta * dot(ones, x) * g),
    "03.linear": lambda: (grad(half_norm_sq(W * X - Z), W), (W * X - Z) * X.T, autograd),
    "03.softmax": lambda: (
        grad(log(sum_of(N, scores)) - dot(right, scores), scores),
        1 / sum_of(N, scores) * each(exp, scores) - right,
        autograd,
    ),
    "04.shift_all": lambda: (softmax(scores + z * OneMatrix(N, 1)), softmax(scores)),
    "04.entropy_and_kl": lambda: (
        -dot(right, forecast),
        -dot(right, truth) + dot(right, truth - forecast),
    ),
    "04.heat": lambda: (grad(entropy, warmth), variance_at / warmth**3),
    "10.read_all": lambda: (
        S3.T * q,
        S.T * q + dot(k1, q) * v1 + dot(k2, q) * v2 + dot(k3, q) * v3,
    ),
    "10.cross_talk": lambda: (
        (k1 * v1.T + k2 * v2.T).T * k1,
        norm_sq(k1) * v1 + dot(k2, k1) * v2,
    ),
    "10.rows": lambda: (linear_attention_rows, recurrence_rows(0)),
    "08.context_vector": lambda: (
        exp(z1) * norm_sq(v - v1) + exp(z2) * norm_sq(v - v2),
        (exp(z1) + exp(z2)) * norm_sq(v - read_two)
        + exp(z1) * exp(z2) / (exp(z1) + exp(z2)) * norm_sq(v1 - v2),
    ),
    "08.score_learns": lambda: (
        Derivative(read_numbers, z1),
        exp(z1) / (exp(z1) + exp(z2)) * (y - read_numbers),
    ),
    "08.variance": lambda: (sign_variance(dot(sqrt(K) * q, sqrt(K) * k), q, k), K),
    "08.sharpness_moves": lambda: (
        Derivative((y * exp(eta * z1) + z * exp(eta * z2)) / (exp(eta * z1) + exp(eta * z2)), eta),
        exp(eta * (z1 + z2)) / (exp(eta * z1) + exp(eta * z2)) ** 2 * (z1 - z2) * (y - z),
    ),
    "11.erase_and_write": lambda: (delta, erase * S + beta * k * v.T),
    "11.read_back": lambda: (delta.T * k, (1 - beta * nn) * (S.T * k) + beta * nn * v),
    "11.eigenvector": lambda: (erase * k, (1 - beta * nn) * k),
    "11.never_expands": lambda: (
        norm_sq(u_k) - norm_sq(erase * u_k),
        beta * (2 - beta * nn) * dot(k, u_k) ** 2,
    ),
    "11.forgets": lambda: (delta.T * q - S.T * q, -(beta * dot(k, q)) * (S.T * k - v)),
    "12.decay_step": lambda: (
        S - grad(-dot(S.T * k, v) + (1 - gamma) / 2 * norm_sq(S), S),
        gamma * S + k * v.T,
        autograd,
    ),
    "12.gated_delta": lambda: (
        S - grad(gated_loss, S),
        alpha * (I - beta * k * k.T) * S + beta * k * v.T,
        autograd,
    ),
    "12.titans": lambda: (grad(norm_sq(S.T * k - v), S), 2 * k * (S.T * k - v).T, autograd),
    "12.best_moves": lambda: (
        (P + k * k.T) * S_best + k * (v - S_best.T * k).T,
        P * S_best + k * v.T,
    ),
    "12.ridge": lambda: (grad(ridge, S), (A * A.T + lam * I) * S - A * M.T, autograd),
    "12.push_through": lambda: (
        (A * A.T + lam * I) * A,
        A * (A.T * A + lam * Identity(N)),
    ),
    "11.disturbed": lambda: (
        (k1 * v1.T + k2 * (v2 - (k1 * v1.T).T * k2).T).T * k1 - norm_sq(k1) * v1,
        dot(k1, k2) * (v2 - dot(k1, k2) * v1),
    ),
    "11.third_write": lambda: (
        beta * (v3 - (k1 * v1.T + k2 * v2.T).T * k3)
        + (beta * dot(k3, k1)) * v1
        + (beta * dot(k3, k2)) * v2,
        beta * v3,
    ),
    "10.layer": lambda: (S - eta * grad(error, S), S - eta * k * (S.T * k - v).T, autograd),
    "12.two": lambda: (
        delta - beta * k * (delta.T * k - v).T,
        S + (2 * beta - beta**2 * nn) * k * (v - S.T * k).T,
    ),
    "12.new_inverse": lambda: (
        I
        - 1 / (1 + dot(k, P * k)) * k * (k.T * P)
        + k * k.T * (P - 1 / (1 + dot(k, P * k)) * (P * k) * (k.T * P)),
        I,
    ),
    "12.implicit_left": lambda: (
        v - (S + beta / (1 + beta * nn) * k * (v - S.T * k).T).T * k,
        1 / (1 + beta * nn) * (v - S.T * k),
    ),
    "13.welch": lambda: (
        norm_sq(P - dot(P, I) / K * I),
        norm_sq(P) - dot(P, I) ** 2 / K,
    ),
    "13.tables": lambda: (log(N**n, 2), n * log(N, 2)),
    "13.cache": lambda: ((K + V) / (K * V), 1 / K + 1 / V),
    "14.rotation": lambda: (sin(y) * sin(z) + cos(y) * cos(z), cos(y - z)),
    "04.shift": lambda: (
        exp(z1 + y) / (exp(z1 + y) + exp(z2 + y)),
        exp(z1) / (exp(z1) + exp(z2)),
    ),
    "06.slope": lambda: (1 - tanh(z) ** 2, 1 / cosh(z) ** 2),
    "07.quarter": lambda: (
        sigma(z) * (1 - sigma(z)),
        Rational(1, 4) - (sigma(z) - Rational(1, 2)) ** 2,
    ),
    "00.trace_turns": lambda: (dot(P * P, P.T), dot(P.T, P * P) + 0 * y),
    "00.transposed": lambda: (dot(S.T * k, v), dot(k, S * v)),
    "00.trace_of_product": lambda: (dot(W * X, Z), dot(X, W.T * Z)),
    "00.root": lambda: (sqrt(1 - 2 * gamma + gamma**2), 1 - gamma, below_one),
}

# (the id of what it is a twin of, the kind of slip) -> a statement that must be refused
FALSE = {
    ("12.two", "missing term"): lambda: (
        delta - beta * k * (delta.T * k - v).T,
        S + 2 * beta * k * (v - S.T * k).T,
    ),
    ("12.new_inverse", "missing term"): lambda: (
        I - 1 / (1 + dot(k, P * k)) * k * (k.T * P) + k * k.T * (P - (P * k) * (k.T * P)),
        I,
    ),
    ("12.implicit_left", "the explicit step"): lambda: (
        v - (S + beta * k * (v - S.T * k).T).T * k,
        1 / (1 + beta * nn) * (v - S.T * k),
    ),
    ("11.disturbed", "missing term"): lambda: (
        (k1 * v1.T + k2 * (v2 - (k1 * v1.T).T * k2).T).T * k1 - norm_sq(k1) * v1,
        dot(k1, k2) * v2,
    ),
    ("11.third_write", "sign"): lambda: (
        beta * (v3 - (k1 * v1.T + k2 * v2.T).T * k3)
        - (beta * dot(k3, k1)) * v1
        + (beta * dot(k3, k2)) * v2,
        beta * v3,
    ),
    ("13.tables", "swapped operands"): lambda: (log(n**N, 2), n * log(N, 2)),
    ("13.cache", "missing term"): lambda: ((K + V) / (K * V), 1 / K),
    ("13.one_number_each", "factor 2"): lambda: (n * log(N, 2), n * N / 2),
    ("05.true_sign", "sign"): lambda: (grad(loss, c_t), c_next - c_t),
    ("05.decay_weights", "missing term"): lambda: (
        unrolled,
        gamma**2 * W * x1 + gamma * W * x2 + W * x3,
    ),
    ("05.decay_weights", "wrong index"): lambda: (
        unrolled,
        gamma**3 * c0 + gamma**2 * W * x3 + gamma * W * x2 + W * x1,
    ),
    ("05.decay_weights", "factor"): lambda: (
        unrolled,
        gamma**3 * c0 + gamma**3 * W * x1 + gamma**2 * W * x2 + gamma * W * x3,
    ),
    ("05.order_lost", "swapped operands"): lambda: (W * x3 + c0, W * x3 + W * x1),
    ("05.any_length", "missing term"): lambda: ((c0 + W * s_T) + W * x, c0 + W * s_T),
    ("05.state_cancels", "factor"): lambda: (blind, norm_sq(W * x)),
    ("05.loss_blind", "sign"): lambda: (
        grad(half_norm_sq(c_t + (W * x + c_t)), c_t),
        ZeroMatrix(d, 1),
    ),
    ("05.gradient_of_w", "swapped operands"): lambda: (
        grad(half_norm_sq(W * x), W),
        W * dot(x, x),
    ),
    ("05.learns_nothing", "sign"): lambda: (
        W - eta * W * x * x.T,
        W * (Identity(n) + eta * x * x.T),
    ),
    ("05.total_weight", "wrong index"): lambda: (
        Sum(gamma**a, (a, 0, T)),
        (1 - gamma**T) / (1 - gamma),
        below_one,
    ),
    ("05.noise_weight", "factor"): lambda: (
        Sum(gamma ** (2 * a), (a, 0, T - 1)),
        (1 - gamma**T) / (1 - gamma),
        below_one,
    ),
    ("05.half_life", "true at one point only"): lambda: (
        gamma,
        Rational(1, 2),
        below_one,
    ),
    ("05.half_life", "swapped operands"): lambda: (
        gamma ** (1 / (1 - gamma)),
        Rational(1, 2),
        below_one,
    ),
    ("05.noise_stored", "missing term"): lambda: (stored_noise, T / d),
    ("05.noise_unstored", "missing term"): lambda: (unstored_noise, (T - 1) / d),
    ("05.signal", "factor"): lambda: (
        lambda T, d: sign_mean(stored(T, d), *keys(T, d)),
        1 / d,
    ),
    ("05.hebb_step", "sign"): lambda: (S - grad(-v.T * S.T * k, S), S - k * v.T),
    ("05.hebb_step", "transpose"): lambda: (S - grad(-v.T * S.T * k, S), S.T + v * k.T),
    ("05.delta_step", "factor 2"): lambda: (S - beta * grad(norm_sq(S.T * k - v), S), delta),
    ("05.delta_step", "sign"): lambda: (
        S - beta * grad(error, S),
        S + beta * k * (S.T * k - v).T,
    ),
    ("02.gap", "factor 2"): lambda: (
        (u - eta * grad(half_norm_sq(u - u1), u)) - (u1 - eta * grad(half_norm_sq(u - u1), u1)),
        (1 - eta) * (u - u1),
    ),
    ("02.weighted_mean", "missing term"): lambda: (spread(v_w), total * norm_sq(v_w - mean)),
    ("02.mean", "missing term"): lambda: (
        a1 * norm_sq(v_w - u) + a2 * norm_sq(v_w - u1),
        (a1 + a2) * norm_sq(v_w - pair_mean),
    ),
    ("02.one_table", "wrong index"): lambda: (
        a1 * dot(u, weighed) + a2 * dot(u1, weighed) + a3 * dot(u1, weighed),
        norm_sq(weighed),
    ),
    ("02.pmi_optimum", "sign"): lambda: (
        grad(-n_wc * log(sigma(z)) - lam * log(sigma(-z)), z),
        sigma(z) * (lam - n_wc * exp(z)),
    ),
    ("02.mean_gradient", "wrong index"): lambda: (
        grad(spread(v_w), v_w),
        2 * total * (v_w - (u + u1 + u2) / 3),
    ),
    ("02.skip_gram", "sign"): lambda: (
        grad(log(sum_of(N, U * v_w)) - dot(right, U * v_w), v_w),
        U.T * (right - 1 / sum_of(N, U * v_w) * each(exp, U * v_w)),
    ),
    ("02.sgns_word", "sign"): lambda: (
        grad(sgns, v_w),
        (sigma(dot(v_w, u)) - 1) * u - sigma(dot(v_w, u1)) * u1,
    ),
    ("02.sgns_context", "chain rule"): lambda: (grad(sgns, u1), v_w / sigma(dot(v_w, u1))),
    ("02.sigma_mirrored", "sign"): lambda: (sigma(-z), -sigma(z)),
    ("02.sigma_slope", "chain rule"): lambda: (grad(log(sigma(z)), z), 1 / sigma(z)),
    ("02.pmi", "missing term"): lambda: (
        (n_wc * sigma(-z) - n_neg * n_w * n_c / D * sigma(z)).subs(z, log(n_wc * D / (n_w * n_c))),
        Integer(0),
    ),
    ("02.glove", "swapped operands"): lambda: (
        grad(glove, v_w),
        2 * a1 * (dot(v_w, u) + z - log(n_wc)) * v_w,
    ),
    ("03.layer", "chain rule"): lambda: (
        grad(half_norm_sq(net - target), W),
        (net - target) * x.T,
    ),
    ("03.layer", "transpose"): lambda: (
        grad(half_norm_sq(net - target), W),
        x * hadamard(net - target, slope).T,
    ),
    ("03.bottom_weights", "chain rule"): lambda: (grad(two_layers, W), W2.T * top_error * x.T),
    ("03.outer", "transpose"): lambda: (grad(dot(g, W * x + b), W), x * g.T),
    ("03.error_back", "missing term"): lambda: (grad(dot(g, W * x + b), x), W.T * (g + b)),
    ("03.error", "chain rule"): lambda: (grad(half_norm_sq(h - g), a_hidden), h - g),
    ("03.error_below", "chain rule"): lambda: (
        grad(half_norm_sq(W2 * h - out), a_hidden),
        W2.T * (W2 * h - out),
    ),
    ("03.minimum", "missing term"): lambda: (
        half_norm_sq(W * X - Z),
        half_norm_sq(Other * X - Z) + half_norm_sq((W - Other) * X),
    ),
    ("03.true_step", "missing term"): lambda: ((W - eta * g * x.T) * x, W * x - eta * g),
    ("03.article_output", "swapped operands"): lambda: (
        (W - eta * g * ones.T) * x,
        W * x - eta * dot(x, x) * g,
    ),
    ("03.linear", "chain rule"): lambda: (
        grad(half_norm_sq(W * X - Z), W),
        (W * X - Z) * MatrixSymbol("Y", N, n),
    ),
    ("03.softmax", "sign"): lambda: (
        grad(log(sum_of(N, scores)) - dot(right, scores), scores),
        right - 1 / sum_of(N, scores) * each(exp, scores),
    ),
    ("04.shift_all", "factor"): lambda: (softmax(2 * scores), softmax(scores)),
    ("04.entropy_and_kl", "sign"): lambda: (
        -dot(right, forecast),
        -dot(right, truth) - dot(right, truth - forecast),
    ),
    ("04.entropy_and_kl", "swapped operands"): lambda: (
        -dot(right, forecast),
        -dot(right, truth) + dot(right, forecast - truth),
    ),
    ("04.heat", "factor"): lambda: (grad(entropy, warmth), variance_at / warmth**2),
    ("10.read_all", "missing term"): lambda: (
        S3.T * q,
        dot(k1, q) * v1 + dot(k2, q) * v2 + dot(k3, q) * v3,
    ),
    ("10.read_all", "wrong index"): lambda: (
        S3.T * q,
        S.T * q + dot(k1, q) * v2 + dot(k2, q) * v1 + dot(k3, q) * v3,
    ),
    ("10.cross_talk", "factor"): lambda: (
        (k1 * v1.T + k2 * v2.T).T * k1,
        v1 + dot(k2, k1) * v2,
    ),
    ("10.rows", "wrong index"): lambda: (linear_attention_rows, recurrence_rows(1)),
    ("08.context_vector", "weights without exp"): lambda: (
        z1 * norm_sq(v - v1) + z2 * norm_sq(v - v2),
        (z1 + z2) * norm_sq(v - read_two) + z1 * z2 / (z1 + z2) * norm_sq(v1 - v2),
    ),
    ("08.score_learns", "missing term"): lambda: (
        Derivative(read_numbers, z1),
        exp(z1) / (exp(z1) + exp(z2)) * y,
    ),
    ("08.variance", "true at one point only"): lambda: (
        sign_variance(dot(sqrt(K) * q, sqrt(K) * k), q, k),
        K**2,
    ),
    ("08.mask_after", "mask after the softmax"): lambda: (
        (exp(z1) * v1 + exp(z2) * v2) / (exp(z1) + exp(z2) + exp(z3)),
        read_two,
    ),
    ("08.sharpness_moves", "sign"): lambda: (
        Derivative((y * exp(eta * z1) + z * exp(eta * z2)) / (exp(eta * z1) + exp(eta * z2)), eta),
        exp(eta * (z1 + z2)) / (exp(eta * z1) + exp(eta * z2)) ** 2 * (z2 - z1) * (y - z),
    ),
    ("11.erase_and_write", "factor"): lambda: (delta, erase * S + k * v.T),
    ("11.read_back", "true at one point only"): lambda: (delta.T * k, v),
    ("11.eigenvector", "factor"): lambda: (erase * k, (1 - beta) * k),
    ("11.never_expands", "factor 2"): lambda: (
        norm_sq(u_k) - norm_sq(erase * u_k),
        beta * (1 - beta * nn) * dot(k, u_k) ** 2,
    ),
    ("11.forgets", "wrong index"): lambda: (
        delta.T * q - S.T * q,
        -(beta * dot(k, q)) * (S.T * q - v),
    ),
    ("12.decay_step", "factor"): lambda: (
        S - beta * grad(-dot(S.T * k, v) + lam / 2 * norm_sq(S), S),
        (1 - lam) * S + beta * k * v.T,
    ),
    ("12.gated_delta", "factor"): lambda: (
        S - beta * grad(error + lam / 2 * norm_sq(S), S),
        (1 - beta * lam) * (I - beta * k * k.T) * S + beta * k * v.T,
    ),
    ("12.titans", "factor 2"): lambda: (
        grad(norm_sq(S.T * k - v), S),
        k * (S.T * k - v).T,
    ),
    ("13.welch", "factor"): lambda: (
        norm_sq(P - dot(P, I) / K * I),
        norm_sq(P) - dot(P, I) ** 2 / K**2,
    ),
    ("12.best_moves", "missing term"): lambda: (
        P * S_best + k * (v - S_best.T * k).T,
        P * S_best + k * v.T,
    ),
    ("12.ridge", "swapped operands"): lambda: (
        grad(ridge, S),
        (A * A.T + lam * I) * S - MatrixSymbol("B", K, V),
    ),
    ("00.trace_turns", "transpose"): lambda: (dot(P * P, P), dot(P * P, P.T)),
    ("00.trace_turns", "swapped operands"): lambda: (
        P * MatrixSymbol("R", K, K),
        MatrixSymbol("R", K, K) * P,
    ),
    ("00.trace_turns", "true for 1 x 1 only"): lambda: (dot(I, I), Integer(1)),
    ("00.trace_turns", "true for 2 x 2 only"): lambda: (
        P * P - dot(I, P) * P,
        -determinant_2(P) * I,
    ),
    ("00.root", "true only for positive x"): lambda: (sqrt(z**2), z),
    ("00.root", "true at small numbers"): lambda: (
        (z - 1) * (z - 2) * (z - 3) * (z + 1) * z,
        Integer(0),
    ),
    ("00.log", "true only for positive x"): lambda: (log(z**2), 2 * log(z)),
    ("05.all_weight", "equal to 12 digits"): lambda: (
        gamma,
        gamma * (1 + Rational(1, 10**12)),
    ),
    ("06.slope", "equal to 12 digits"): lambda: (1 - tanh(z + 20) / (1 + exp(-80)), Integer(0)),
    ("06.slope", "chain rule"): lambda: (Derivative(tanh(2 * z), z), 1 - tanh(2 * z) ** 2),
    ("07.quarter", "true at one point only"): lambda: (
        sigma(z) * (1 - sigma(z)),
        Rational(1, 4),
    ),
    ("04.shift", "factor 2"): lambda: (
        exp(2 * z1) / (exp(2 * z1) + exp(2 * z2)),
        exp(z1) / (exp(z1) + exp(z2)),
    ),
    ("04.shift", "sign"): lambda: (exp(-z1), exp(z1)),
    ("00.root", "equal to 12 digits"): lambda: (
        sqrt(2) * gamma,
        sqrt(2) * gamma * (1 + Rational(1, 10**12)),
    ),
    ("00.root", "swapped operands"): lambda: (sqrt(any1 * any2), sqrt(any1) * sqrt(any2)),
    ("14.rotation", "sign"): lambda: (sin(y) * sin(z) + cos(y) * cos(z), cos(y + z)),
}


def determinant_2(matrix):
    """(tr(P)^2 - tr(P^2)) / 2, the determinant of a 2 x 2 matrix: Cayley-Hamilton holds there."""
    size = Identity(matrix.shape[0])
    return (dot(size, matrix) ** 2 - dot(matrix.T, matrix)) / 2
