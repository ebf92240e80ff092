"""Every known mistake is refused and named; right answers, also unusual ones, always pass."""

import ast
import itertools
import math

import pytest
import torch
from sympy import Rational, cancel, diff, exp, expand, log, symbols, sympify, tanh

from editions import SOURCES, lesson_sources, read_cells, solution_source
from helpers import written
from lcutils.checking import functions, syntax, values
from lcutils.checking.cases import copies, make_cases
from lcutils.checking.comparing import same
from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
    OrderExercise,
    Question,
)
from lcutils.exercises import catalogue

ENTRIES = catalogue()
T, d = symbols("T d", positive=True, integer=True)


def of_kind(kind):
    return [entry for entry in ENTRIES.values() if isinstance(entry, kind)]


def mistakes(kind):
    return [
        pytest.param(exercise, sentence, wrong, id=f"{exercise.id}: {sentence}")
        for exercise in of_kind(kind)
        for sentence, wrong in exercise.mistakes.items()
    ]


def by_id(exercise):
    return exercise.id


def rest_by_loop(counts, u):
    return torch.stack([(row[:, None] * u).sum(0) / row.sum() for row in counts])


def rest_by_least_squares(counts, u):
    roots = counts.sqrt()[:, :, None]  # [N, M, 1]
    return torch.linalg.lstsq(roots, roots * u).solution[:, 0]


def sgns_by_softplus(v, u, u_noise):
    softplus = torch.nn.functional.softplus
    near, far = torch.einsum("bd,bd->b", v, u), torch.einsum("bd,bnd->bn", v, u_noise)
    return (softplus(-near) + softplus(far).sum(-1)).sum() / len(v)


def sgns_by_cross_entropy(v, u, u_noise):
    scores = torch.cat([u[:, None], u_noise], 1) @ v.unsqueeze(2)
    labels = torch.zeros_like(scores)
    labels[:, 0] = 1
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    return loss(scores, labels, reduction="sum") / v.shape[0]


def pmi_by_logarithms(counts):
    words, contexts = counts.sum(1).log(), counts.sum(0).log()
    return counts.log() - words[:, None] - contexts + counts.sum().log()


def pmi_by_loop(counts):
    out = torch.full_like(counts, -math.inf)
    for w, c in counts.nonzero():
        p_w, p_c = counts[w].sum() / counts.sum(), counts[:, c].sum() / counts.sum()
        out[w, c] = torch.log(counts[w, c] / counts.sum() / p_w / p_c)
    return out


def scores_by_loop(V, U, words, contexts):
    return torch.stack([V[w] @ U[c] for w, c in zip(words, contexts, strict=True)])


def scores_by_all_pairs(V, U, words, contexts):
    return (V @ U.T)[words, contexts]


def loop_step(x, state):
    rows = [[c + y for c, y in zip(*pair, strict=True)] for pair in zip(state, x, strict=True)]
    return torch.stack([torch.stack(row) for row in rows])


def gradient_by_autograd(state, target):
    leaf = state.detach().clone().requires_grad_()
    (0.5 * (leaf - target).pow(2).sum()).backward()
    return leaf.grad


def scan_by_loop(x, initial_state):
    states = [initial_state + x[:, 0]]
    for t in range(1, x.shape[1]):
        states.append(states[-1] + x[:, t])
    return torch.stack(states, 1)


def scan_by_matrix(x, initial_state):
    T = x.shape[1]
    return torch.ones(T, T, dtype=x.dtype).tril() @ x + initial_state.unsqueeze(1)


def decay_by_matrix(x, initial_state, gamma):
    t = torch.arange(x.shape[1])
    weights = (gamma ** (t[:, None] - t).clamp(min=0)).tril().to(x.dtype)
    faded = gamma ** (t + 1).to(x.dtype)
    return weights @ x + faded[None, :, None] * initial_state[:, None]


def decay_in_place_of_its_own(x, initial_state, gamma):
    out = x.clone()
    out[:, 0] = out[:, 0] + gamma * initial_state
    for t in range(1, x.shape[1]):
        out[:, t] = out[:, t] + gamma * out[:, t - 1].clone()
    return out


def members_by_threshold(state, keys, n_items):
    read = (keys * state).sum(-1)
    return read >= read.sort(descending=True).values[n_items - 1]


def members_by_rank(state, keys, n_items):
    return (keys @ state).neg().argsort().argsort() < n_items


def text_mean_by_matrix(x):
    T = x.shape[1]
    return (torch.full((1, T), 1 / T, dtype=x.dtype) @ x)[:, 0]


def layer_by_autograd(x, W, b, z):
    leaf = W.clone().requires_grad_()
    y = torch.nn.functional.linear(x, leaf, b).tanh()
    loss = (y - z).pow(2).sum(1).mean() / 2
    return torch.autograd.grad(loss, leaf)[0]


def layer_by_loop(x, W, b, z):
    total = torch.zeros_like(W)
    for inputs, target in zip(x, z, strict=True):
        a = W @ inputs + b
        total += torch.outer((a.tanh() - target) / a.cosh() ** 2, inputs)
    return total / x.shape[0]


def two_layers_by_autograd(x, W1, W2, z):
    leaf = W1.clone().requires_grad_()
    loss = ((x @ leaf.T).tanh() @ W2.T - z).square().sum() / (2 * len(x))
    loss.backward()
    return leaf.grad


def two_layers_by_einsum(x, W1, W2, z):
    h = torch.einsum("bn,hn->bh", x, W1).tanh()
    error = torch.einsum("bh,mh->bm", h, W2) - z
    return torch.einsum("bm,mh,bh,bn->hn", error, W2, 1 - h * h, x) / x.shape[0]


def logits_by_autograd(logits, target):
    leaf = logits.clone().requires_grad_()
    torch.nn.functional.cross_entropy(leaf, target).backward()
    return leaf.grad


def logits_by_index(logits, target):
    powers = (logits - logits.max(1, keepdim=True).values).exp()
    out = powers / powers.sum(1, keepdim=True)
    out[torch.arange(len(out)), target] -= 1
    return out / len(out)


def fast_weights_by_cumsum(q, k, v):
    states = torch.einsum("btk,btv->btkv", k, v).cumsum(1)
    return torch.einsum("btk,btkv->btv", q, states)


def fast_weights_by_bmm(q, k, v):
    S = torch.zeros(len(q), q.size(2), v.size(2)).to(q)
    out = []
    for query, key, value in zip(q.unbind(1), k.unbind(1), v.unbind(1), strict=True):
        S = torch.baddbmm(S, key.unsqueeze(2), value.unsqueeze(1))
        out.append(torch.bmm(query.unsqueeze(1), S).squeeze(1))
    return torch.stack(out, 1)


def all_at_once_by_mask(q, k, v):
    T = q.shape[1]
    mask = torch.arange(T)[:, None] >= torch.arange(T)
    return torch.einsum("bti,biv->btv", torch.einsum("btk,bik->bti", q, k) * mask, v)


def read_chunk_token_by_token(state, q, k, v):
    out = []
    for t in range(q.shape[1]):
        state = state + k[:, t, :, None] * v[:, t, None, :]
        out.append((q[:, t, None] @ state)[:, 0])
    return torch.stack(out, 1)


def read_chunk_by_cumsum(state, q, k, v):
    states = state[:, None] + (k[..., None] * v[:, :, None]).cumsum(1)
    return (q[:, :, None] @ states)[:, :, 0]


def weighted_mean_by_states(q, k, v):
    top = fast_weights_by_cumsum(q, k, v)
    return top / (q * k.cumsum(1)).sum(-1, keepdim=True)


def weighted_mean_with_ones(q, k, v):
    both = all_at_once_by_mask(q, k, torch.cat([v, torch.ones_like(v[..., :1])], -1))
    return both[..., :-1] / both[..., -1:]


def delta_step_by_factors(state, k, v, beta):
    left = torch.eye(k.shape[1], dtype=k.dtype) - torch.einsum("b,bi,bj->bij", beta, k, k)
    return left @ state + torch.einsum("b,bi,bj->bij", beta, k, v)


def delta_step_by_autograd(state, k, v, beta):
    def loss(S, k, v):
        return 0.5 * ((S.T @ k - v) ** 2).sum()

    return state - beta[:, None, None] * torch.func.vmap(torch.func.grad(loss))(state, k, v)


def delta_step_of_one_pair(k, v, state):
    return delta_step_by_autograd(state[None], k[None], v[None], k.new_ones(1))[0]


def delta_chunk_token_by_token(k, v, beta):
    S, out = torch.zeros(len(k), k.size(2), v.size(2), dtype=k.dtype), []
    for t in range(k.shape[1]):
        new = beta[:, t, None] * (v[:, t] - torch.einsum("bkv,bk->bv", S, k[:, t]))
        S = S + k[:, t, :, None] * new[:, None]
        out.append(new)
    return torch.stack(out, 1)


def delta_chunk_by_inverse(k, v, beta):
    A = (beta[..., None] * (k @ k.mT)).tril(-1)
    return torch.linalg.inv(torch.eye(k.shape[1], dtype=k.dtype) + A) @ (beta[..., None] * v)


def ttt_step_by_hand(state, k, v, lr, decay):
    return (1 - decay) * state - lr * k[:, None] * (k @ state - v)


def ttt_step_by_backward(state, k, v, lr, decay):
    loss = ((state.T @ k - v) ** 2).sum() / 2
    if not state.requires_grad:
        leaf = state.detach().clone().requires_grad_()
        loss = ((leaf.T @ k - v) ** 2).sum() / 2
        return (1 - decay) * state - lr * torch.autograd.grad(loss, leaf)[0]
    return (1 - decay) * state - lr * torch.autograd.grad(loss, state, create_graph=True)[0]


def rls_step_by_inverse(state, k, v):
    P, S = state.split([len(k), len(v)], dim=1)
    H = torch.linalg.inv(P)
    right = H @ S + k[:, None] * v
    P = torch.linalg.inv(H + k[:, None] * k)
    return torch.cat([P, P @ right], 1)


def rls_step_with_the_new_gain(state, k, v):
    P, S = state[:, : len(k)], state[:, len(k) :]
    P = P - torch.outer(P @ k, P @ k) / (1 + k @ P @ k)
    return torch.cat([P, S + torch.outer(P @ k, v - S.T @ k)], 1)


def recall_text_by_loop(keys, values, asked, n_keys):
    rows = []
    for key, value, order in zip(keys.tolist(), values.tolist(), asked.tolist(), strict=True):
        pairs = [token for k, v in zip(key, value, strict=True) for token in (k, v + n_keys)]
        rows.append(pairs + [key[place] for place in order])
    return torch.tensor(rows)


def recall_text_in_place_of_its_own(keys, values, asked, n_keys):
    B, N = keys.shape
    tokens = keys.new_zeros(B, 3 * N)
    tokens[:, 0 : 2 * N : 2], tokens[:, 1 : 2 * N : 2] = keys, n_keys + values
    tokens[:, 2 * N :] = keys[torch.arange(B)[:, None], asked]
    return tokens


def in_bits_by_list(states, bits):
    values = torch.linspace(-1, 1, 2**bits - 1, dtype=states.dtype)
    largest = states.abs().flatten(1).max(dim=1).values.view(-1, 1, 1)
    nearest = (states[..., None] / largest[..., None] - values).abs().argmin(dim=-1)
    return values[nearest] * largest


def in_bits_by_step(states, bits):
    rounded = []
    for state in states:
        step = state.abs().max() / ((2**bits - 2) / 2)
        rounded.append(torch.floor(state / step + 0.5) * step)
    return torch.stack(rounded)


def right_share_by_loop(logits, answers):
    right, N = 0, answers.shape[1]
    for scores, wanted in zip(logits, answers, strict=True):
        right += sum(int(s.argmax()) == int(w) for s, w in zip(scores[-N:], wanted, strict=True))
    return torch.tensor(right / answers.numel())


def right_share_by_maximum(logits, answers):
    asked = logits[:, logits.shape[1] - answers.shape[1] :]
    best = asked.max(-1).values
    return (asked.gather(2, answers[..., None])[..., 0] == best).sum() / answers.numel()


def write_chunk_token_by_token(state, k, v, beta):
    for t in range(k.shape[1]):
        state = delta_step_by_factors(state, k[:, t], v[:, t], beta[:, t])
    return state


def write_chunk_by_inverse(state, k, v, beta):
    return state + k.mT @ delta_chunk_by_inverse(k, v - k @ state, beta)


def surprise_by_steps(k, v, beta):
    S, found = torch.zeros(len(k), k.size(2), v.size(2), dtype=k.dtype), []
    for t in range(k.shape[1]):
        found.append((torch.einsum("bkv,bk->bv", S, k[:, t]) - v[:, t]).norm(dim=1) ** 2)
        S = delta_step_by_factors(S, k[:, t], v[:, t], torch.full_like(k[:, 0, 0], beta))
    return torch.stack(found, 1)


def surprise_by_one_system(k, v, beta):
    writes = delta_chunk_by_inverse(k, v, torch.full(k.shape[:2], beta, dtype=k.dtype))
    return (writes / beta).square().sum(2)


def causal_attention_by_torch(q, k, v):
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)


def causal_attention_token_by_token(q, k, v):
    outputs = []
    for t in range(q.shape[1]):
        scores = (k[:, : t + 1] @ q[:, t, :, None])[..., 0] / math.sqrt(q.shape[2])
        weights = scores.exp() / scores.exp().sum(1, keepdim=True)
        outputs.append((weights[:, :, None] * v[:, : t + 1]).sum(1))
    return torch.stack(outputs, 1)


def padded_attention_by_large_number(q, k, v, is_word):
    scores = torch.einsum("bk,bnk->bn", q, k) / math.sqrt(q.shape[1])
    weights = torch.where(is_word, scores, -1e9).softmax(1) * is_word
    return torch.einsum("bn,bnv->bv", weights, v)


def padded_attention_by_where(q, k, v, is_word):
    scores = torch.where(is_word, (k * q[:, None]).sum(2) * q.shape[1] ** -0.5, -torch.inf)
    weights = torch.where(is_word, scores.softmax(1), 0)
    return (weights[:, :, None] * v).sum(1)


def multi_head_by_loop(q, k, v, n_heads):
    parts = (x.chunk(n_heads, dim=2) for x in (q, k, v))
    return torch.cat([causal_attention_by_torch(*one) for one in zip(*parts, strict=True)], 2)


def multi_head_by_einsum(q, k, v, n_heads):
    q, k, v = (x.reshape(*x.shape[:2], n_heads, -1) for x in (q, k, v))
    scores = torch.einsum("bthk,bshk->bhts", q, k) / math.sqrt(q.shape[3])
    later = torch.arange(q.shape[1]) > torch.arange(q.shape[1])[:, None]
    weights = scores.masked_fill(later, -torch.inf).softmax(3)
    return torch.einsum("bhts,bshv->bthv", weights, v).flatten(2)


def causal_attention_normalised_after_the_mask(q, k, v):
    pulls = (q @ k.mT * q.shape[2] ** -0.5).softmax(2).tril()
    return pulls / pulls.sum(2, keepdim=True) @ v


def padded_attention_by_torch(q, k, v, is_word):
    attention = torch.nn.functional.scaled_dot_product_attention
    return attention(q[:, None], k, v, attn_mask=is_word[:, None])[:, 0]


def padded_attention_with_one_more_allowed(q, k, v, is_word):
    scores = (k @ q[:, :, None])[..., 0] * q.shape[1] ** -0.5
    has_word = is_word.any(1, keepdim=True)
    weights = scores.masked_fill(~(is_word | ~has_word), -torch.inf).softmax(1) * has_word
    return (weights[:, None] @ v)[:, 0]


def multi_head_in_the_batch(q, k, v, n_heads):
    B, T = q.shape[:2]
    parts = (x.reshape(B, T, n_heads, -1).transpose(1, 2).flatten(0, 1) for x in (q, k, v))
    o = causal_attention_by_torch(*parts)
    return o.reshape(B, n_heads, T, -1).transpose(1, 2).reshape(B, T, -1)


def fast_weights_by_transposed_state(q, k, v):
    S, out = 0, []
    for t in range(q.shape[1]):
        S = S + v[:, t, :, None] * k[:, t, None, :]
        out.append((S @ q[:, t, :, None])[..., 0])
    return torch.stack(out, 1)


def all_at_once_less_the_later_ones(q, k, v):
    weights = q @ k.mT
    return (weights - weights.triu(1)) @ v


def read_chunk_as_a_longer_text(state, q, k, v):
    K = state.shape[1]
    first = torch.eye(K, dtype=q.dtype).expand(len(q), K, K)  # keys that read the state's rows
    k, v = torch.cat([first, k], 1), torch.cat([state, v], 1)
    return (q @ k.mT).tril(K) @ v


def weighted_mean_by_softmax_of_logarithms(q, k, v):
    later = torch.ones(q.shape[1], q.shape[1], dtype=torch.bool).triu(1)
    return (q @ k.mT).log().masked_fill(later, -torch.inf).softmax(2) @ v


def sgns_pair_by_pair(v, u, u_noise):
    def pair(v, u, noise):
        return torch.nn.functional.softplus(torch.cat([-(v @ u)[None], noise @ v])).sum()

    return torch.vmap(pair)(v, u, u_noise).mean()


def layer_by_columns(x, W, b, z):
    y = torch.tanh(W @ x.T + b[:, None])
    return ((y - z.T) * (1 - y * y)) @ x / x.shape[0]


def two_layers_example_by_example(x, W1, W2, z):
    def example(x, z):
        h = torch.tanh(W1 @ x)
        return torch.outer((W2.T @ (W2 @ h - z)) * (1 - h**2), x)

    return torch.vmap(example)(x, z).mean(0)


def decay_by_accumulate(x, initial_state, gamma):
    states = itertools.accumulate(x.unbind(1), lambda c, y: gamma * c + y, initial=initial_state)
    return torch.stack(list(states)[1:], 1)


def rnn_backward_by_copies(h, W, error):
    """The gradient by every copy of W, each by itself, from the slopes of all later steps."""
    slopes, total = 1 - h[1:] ** 2, 0
    for t in range(len(h) - 1):
        g = error
        for later in range(len(h) - 2, t, -1):
            g = W.mT @ (slopes[later] * g)
        total = total + (slopes[t] * g)[:, None] * h[t]
    return total


def rnn_backward_from_the_front(h, W, error):
    """The change of h_T with each weight, carried forward (real-time recurrent learning)."""
    N = len(W)
    moved = torch.zeros(N, N, N, dtype=W.dtype)  # of h_t, by each weight
    for t in range(1, len(h)):
        moved = torch.einsum("im,mjk->ijk", W, moved)
        moved = moved + torch.einsum("ij,k->ijk", torch.eye(N, dtype=W.dtype), h[t - 1])
        moved = (1 - h[t] ** 2)[:, None, None] * moved
    return torch.einsum("i,ijk->jk", error, moved)


def clip_by_branch(by_W, by_U, limit):
    length = (by_W.square().sum() + by_U.square().sum()).sqrt()
    both = torch.hstack([by_W, by_U])
    return both * limit / length if length > limit else both


def clip_by_torch(by_W, by_U, limit):
    pair = [torch.nn.Parameter(torch.zeros_like(g)) for g in (by_W, by_U)]
    for weight, gradient in zip(pair, (by_W, by_U), strict=True):
        weight.grad = gradient.detach().clone()
    torch.nn.utils.clip_grad_norm_(pair, limit)
    return torch.cat([weight.grad for weight in pair], 1)


def read_without_gradients_first(x, W, cut):
    T = x.shape[1]
    n_before = (T - 1) // cut * cut
    state = torch.zeros_like(x[:, 0])
    with torch.no_grad():
        for t in range(n_before):
            state = torch.tanh(state @ W.T + x[:, t])
    for t in range(n_before, T):
        state = torch.tanh(state @ W.T + x[:, t])
    return state


def read_piece_by_piece(x, W, cut):
    state = x.new_zeros(len(x), x.shape[2])
    for piece in x.split(cut, dim=1):
        state = state.detach()
        for token in piece.unbind(1):
            state = (torch.einsum("bn,mn->bm", state, W) + token).tanh()
    return state


RIGHT = {
    "06.rnn_backward": (rnn_backward_by_copies, rnn_backward_from_the_front),
    "06.clip_by_norm": (clip_by_branch, clip_by_torch),
    "06.read_in_pieces": (read_without_gradients_first, read_piece_by_piece),
    "08.causal_attention": (
        causal_attention_by_torch,
        causal_attention_token_by_token,
        causal_attention_normalised_after_the_mask,
    ),
    "08.padded_attention": (
        padded_attention_by_large_number,
        padded_attention_by_where,
        padded_attention_by_torch,
        padded_attention_with_one_more_allowed,
    ),
    "08.multi_head": (multi_head_by_loop, multi_head_by_einsum, multi_head_in_the_batch),
    "10.fast_weights": (
        fast_weights_by_cumsum,
        fast_weights_by_bmm,
        fast_weights_by_transposed_state,
    ),
    "10.all_at_once": (
        all_at_once_by_mask,
        fast_weights_by_cumsum,
        all_at_once_less_the_later_ones,
    ),
    "10.read_chunk": (
        read_chunk_token_by_token,
        read_chunk_by_cumsum,
        read_chunk_as_a_longer_text,
    ),
    "10.weighted_mean": (
        weighted_mean_by_states,
        weighted_mean_with_ones,
        weighted_mean_by_softmax_of_logarithms,
    ),
    "11.delta_step": (delta_step_by_factors, delta_step_by_autograd),
    "11.delta_chunk": (delta_chunk_token_by_token, delta_chunk_by_inverse),
    "11.write_chunk": (write_chunk_token_by_token, write_chunk_by_inverse),
    "12.surprise": (surprise_by_steps, surprise_by_one_system),
    "12.ttt_step": (ttt_step_by_hand, ttt_step_by_backward),
    "12.rls_step": (rls_step_with_the_new_gain, rls_step_by_inverse),
    "13.recall_text": (recall_text_by_loop, recall_text_in_place_of_its_own),
    "13.in_bits": (in_bits_by_list, in_bits_by_step),
    "13.right_share": (right_share_by_loop, right_share_by_maximum),
    "00.text_mean": (
        lambda x: x.sum(1) / x.shape[1],
        text_mean_by_matrix,
        lambda x: torch.vmap(lambda text: text.mean(0))(x),
    ),
    "02.resting_places": (
        rest_by_loop,
        rest_by_least_squares,
        lambda n, u: n.log().softmax(1) @ u,
    ),
    "02.sgns_loss": (sgns_by_softplus, sgns_by_cross_entropy, sgns_pair_by_pair),
    "02.pmi": (
        pmi_by_logarithms,
        pmi_by_loop,
        lambda n: torch.log(n * n.sum() / torch.outer(n.sum(1), n.sum(0))),
    ),
    "02.two_tables": (
        scores_by_loop,
        scores_by_all_pairs,
        lambda V, U, words, contexts: torch.vmap(torch.dot)(V[words], U[contexts]),
    ),
    "03.layer_backward": (layer_by_autograd, layer_by_loop, layer_by_columns),
    "03.logits_gradient": (
        logits_by_autograd,
        logits_by_index,
        torch.func.grad(torch.nn.functional.cross_entropy),
    ),
    "03.two_layer_grads": (
        two_layers_by_autograd,
        two_layers_by_einsum,
        two_layers_example_by_example,
    ),
    "05.additive_step": (
        lambda x, state: torch.add(x, state),
        loop_step,
        lambda x, state: state.clone().add_(x),
    ),
    "05.state_gradient": (
        gradient_by_autograd,
        lambda state, target: -(target - state),
        torch.func.grad(lambda state, target: (state - target).square().sum() / 2),
    ),
    "05.additive_scan": (
        scan_by_loop,
        scan_by_matrix,
        lambda x, c: torch.cat([c[:, None], x], 1).cumsum(1)[:, 1:],
    ),
    "05.delta_step": (
        lambda k, v, state: state - torch.outer(k, state.T @ k) + k[:, None] * v,
        delta_step_of_one_pair,
        lambda k, v, state: state + k[:, None] @ (v[None] - k[None] @ state),
    ),
    "05.decay_scan": (decay_by_matrix, decay_in_place_of_its_own, decay_by_accumulate),
    "05.members": (
        members_by_threshold,
        members_by_rank,
        lambda c, keys, n: ((keys @ c)[None] > (keys @ c)[:, None]).sum(1) < n,
    ),
}


@pytest.mark.parametrize(("exercise", "sentence", "wrong"), mistakes(FunctionExercise))
def test_a_wrong_function_is_refused_and_its_mistake_named(exercise, sentence, wrong):
    for seed in range(5):
        verdict = functions.judge(exercise, lambda *inputs: wrong(*inputs), seed)
        assert verdict.state == "wrong"
        assert verdict.reason.endswith(sentence)


@pytest.mark.parametrize(("exercise", "sentence", "wrong"), mistakes(NumberExercise))
def test_a_wrong_number_is_refused_and_its_mistake_named(exercise, sentence, wrong):
    for rounded in (wrong, float(f"{wrong:.4g}"), float(f"{wrong:.3g}")):
        verdict = values.judge_number(exercise, rounded)
        assert (verdict.state, verdict.reason) == ("wrong", sentence)


@pytest.mark.parametrize(("exercise", "sentence", "wrong"), mistakes(ExpressionExercise))
def test_a_wrong_expression_is_refused_and_its_mistake_named(exercise, sentence, wrong):
    stated = sympify(wrong(*symbols(exercise.symbols, positive=True, seq=True)))
    for rewritten in (stated, expand(stated)):
        verdict = values.judge_expression(exercise, rewritten)
        assert (verdict.state, verdict.reason) == ("wrong", sentence)


def slips():
    return [(e, slip) for e in of_kind(FunctionExercise) for slip in e.slips]


def test_each_slip_is_refused_and_named():
    for exercise, slip in slips():
        lesson = exercise.id[:3]
        ours = [e.reference for e in of_kind(FunctionExercise) if e.id.startswith(lesson)]
        names = {"torch": torch, "math": math} | {f.__name__: f for f in ours}
        names.pop(exercise.reference.__name__)
        verdict = functions.judge(exercise, written(slip.example, names))
        assert verdict.state == "wrong", slip.sentence
        assert verdict.reason.endswith(slip.sentence), verdict


def test_no_slip_is_found_in_the_solution_or_in_another_right_answer():
    solutions = {
        cell.exercise: ast.parse(solution_source(cell))
        for path in lesson_sources(SOURCES, [])
        for cell in read_cells(path.read_text("utf-8"), path.name)
        if "exercise" in cell.tags
    }
    for exercise, slip in slips():
        trees = [solutions[exercise.id], *map(syntax.tree_of, RIGHT[exercise.id])]
        assert not any(tree and slip.found(tree) for tree in trees), slip.sentence


@pytest.mark.parametrize(
    "body",
    [
        "return causal_attention(q / n_heads, k, v)",
        "return causal_attention(q, k, v).unflatten(2, (n_heads, -1)).mean(2)",
        "K = q.shape[2] // n_heads; return causal_attention(q[..., :K], k[..., :K], v[..., :K])",
        "q, k, v = (torch.stack(x.chunk(n_heads, 2), 1) for x in (q, k, v)); "
        "return causal_attention(q[:, 0], k[:, 0], v[:, 0])",
        "return causal_attention(q, k, v, n_heads)",
    ],
)
def test_heads_that_attention_was_not_given_are_not_asked_for(body):
    (slip,) = (s for s in ENTRIES["08.multi_head"].slips if "where can the heads go" in s.sentence)
    assert not slip.found(ast.parse(f"def multi_head(q, k, v, n_heads):\n    {body}"))


@pytest.mark.parametrize("id", ["02.resting_places", "02.pmi"])
def test_a_slip_is_found_whatever_the_docstring_says(id):
    for slip in ENTRIES[id].slips:
        head, body = slip.example.split("\n", 1)
        docstring = "    'One place for each word; None is left out. A view, with an einsum of .T'"
        assert slip.found(ast.parse(slip.example).body[0]), slip.sentence
        assert slip.found(ast.parse(f"{head}\n{docstring}\n{body}").body[0]), slip.sentence


def test_no_slip_is_found_in_a_docstring():
    for exercise, slip in slips():
        for tree in filter(None, map(syntax.tree_of, RIGHT[exercise.id])):
            if isinstance(tree, ast.FunctionDef):
                told = ast.Expr(ast.Constant(slip.example))
                tree.body.insert(0, told)
                assert not slip.found(tree), slip.sentence


def test_sentences_of_slips_and_mistakes_are_told_apart():
    for exercise in of_kind(FunctionExercise):
        sentences = [*exercise.mistakes, *(slip.sentence for slip in exercise.slips)]
        assert len(set(sentences)) == len(sentences)
        assert all(sentence.endswith((".", "?")) for sentence in sentences)


@pytest.mark.parametrize("exercise", of_kind(FunctionExercise), ids=by_id)
def test_mistakes_of_a_function_are_told_apart_pairwise(exercise):
    def signature(function, seed):
        result = []
        for case in make_cases(exercise, torch.Generator().manual_seed(seed)):
            inputs = copies(case.inputs)
            result.append((function(*inputs), *inputs))
        return result

    functions = {"right": exercise.reference, **exercise.mistakes}
    for seed in range(5):
        seen = {name: signature(function, seed) for name, function in functions.items()}
        for one, other in itertools.combinations(seen, 2):
            pairs = zip(seen[one], seen[other], strict=True)
            assert not all(all(map(same, a, b)) for a, b in pairs), (one, other)


@pytest.mark.parametrize("kind", [FunctionExercise, NumberExercise, ExpressionExercise])
def test_an_exercise_knows_at_least_five_mistakes_each_with_a_sentence_of_its_own(kind):
    for exercise in of_kind(kind):
        assert len(exercise.mistakes) >= 5
        assert all(sentence.endswith((".", "?")) for sentence in exercise.mistakes)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", of_kind(FunctionExercise), ids=by_id)
def test_right_functions_pass_at_50_seeds(exercise):
    assert len(RIGHT[exercise.id]) >= 2
    for seed in range(50):
        for function in (lambda *inputs: exercise.reference(*inputs), *RIGHT[exercise.id]):
            verdict = functions.judge(exercise, function, seed)
            assert verdict.passed, (seed, verdict)


@pytest.mark.parametrize("exercise", of_kind(FunctionExercise), ids=by_id)
def test_the_worked_example_alone_exposes_most_mistakes(exercise):
    exposed = 0
    for wrong in exercise.mistakes.values():
        inputs = copies(exercise.worked)
        exposed += not same(wrong(*inputs), exercise.reference(*copies(exercise.worked)))
    assert exposed >= len(exercise.mistakes) / 2


@pytest.mark.parametrize("answer", [22, 22.76, 23, 22.5, math.log(0.5, 0.97), Rational(91, 4)])
def test_the_half_life_passes_rounded_too(answer):
    assert values.judge_number(ENTRIES["05.half_life"], answer).passed


@pytest.mark.parametrize("answer", [21, 24, 33.3, 16.7, -22.76, 0.0303, 0, 22.76e3])
def test_other_half_lives_do_not_pass(answer):
    assert not values.judge_number(ENTRIES["05.half_life"], answer).passed


@pytest.mark.parametrize(
    "answer",
    [
        (T - 1) / d,
        T / d - 1 / d,
        -(1 - T) / d,
        cancel((T**2 - 1) / (d * (T + 1))),
        (T**2 - 1) / (d * (T + 1)),
        symbols("T") / symbols("d") - 1 / symbols("d"),
    ],
)
def test_the_noise_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["05.noise"], answer).passed


@pytest.mark.parametrize(
    "answer",
    [
        log(T - 1),
        -log(1 / (T - 1)),
        log((T - 1) ** 2) / 2,
        log(T) - log(T / (T - 1)),
        log(T) + log(1 - 1 / T),
        log(symbols("T") - 1, 2) * log(2),
    ],
)
def test_the_score_needed_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["08.score_needed"], answer).passed


@pytest.mark.parametrize("answer", [log(T), log(T - 2), log(1 / (T - 1)), log(T - 1) ** 2])
def test_another_score_does_not_pass(answer):
    assert not values.judge_expression(ENTRIES["08.score_needed"], answer).passed


def test_exactly_two_orders_of_the_lines_are_right():
    exercise = ENTRIES["05.write_order"]
    passed = [
        "".join(order)
        for order in itertools.permutations(exercise.lines)
        if values.judge_order(exercise, " ".join(order)).passed
    ]
    assert passed == ["bedac", "ebdac"]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("e b a d c", "no word yet to add"),
        ("e d b a c", "set to zero after the loop began"),
        ("b d e a c", "drawn once, before"),
        ("e b d c a", "read before anything"),
        ("a b c d e", "no word yet to add"),
        ("e b d a", "Line c is missing"),
        ("e b d a c a", "Line a stands there twice"),
        ("e b d a c f", "There is no line f"),
    ],
)
def test_a_wrong_order_is_refused_and_its_mistake_named(order, said):
    verdict = values.judge_order(ENTRIES["05.write_order"], order)
    assert verdict.state == "wrong"
    assert said in verdict.reason


@pytest.mark.parametrize("order", ["ebdac", "E B D A C", "b, e, d, a, c", "e-b-d-a-c"])
def test_an_order_may_be_typed_in_any_way(order):
    assert values.judge_order(ENTRIES["05.write_order"], order).passed


def test_each_rule_is_the_first_that_some_order_breaks():
    for exercise in of_kind(OrderExercise):
        orders = itertools.permutations(exercise.lines)
        broken = {values.broken_rule(exercise, order) for order in orders}
        assert broken == {*exercise.rules, None}


@pytest.mark.parametrize("question", of_kind(Question), ids=by_id)
def test_each_choice_has_a_reply_of_its_own_and_one_is_right(question):
    verdicts = [values.judge_choice(question, letter) for letter in question.choices]
    assert len({verdict.reason for verdict in verdicts}) == len(question.choices) == 4
    assert [v.passed for v in verdicts] == [letter == question.right for letter in question.choices]


@pytest.mark.parametrize("question", of_kind(Question), ids=by_id)
def test_the_length_of_a_choice_does_not_give_it_away(question):
    lengths = {letter: len(choice.text) for letter, choice in question.choices.items()}
    assert max(lengths.values()) <= 1.35 * min(lengths.values())
    assert lengths[question.right] != max(lengths.values())


y, z, x, w = symbols("y z x w", positive=True)


@pytest.mark.parametrize(
    "answer",
    [
        (y - z) * (1 - y**2) * x,
        x * (y - z) * (1 - y) * (1 + y),
        -(z - y) * x + (z - y) * x * y**2,
        expand((y - z) * (1 - y**2) * x),
        (symbols("y") - symbols("z")) * (1 - symbols("y") ** 2) * symbols("x"),
    ],
)
def test_the_gradient_of_one_weight_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["03.one_weight"], answer).passed


def test_the_gradient_of_one_weight_is_that_of_the_loss():
    wanted = diff((tanh(w * x) - z) ** 2 / 2, w)
    ours = ENTRIES["03.one_weight"].reference(tanh(w * x), z, x)
    assert expand(wanted - ours) == 0


def test_a_wrong_gradient_of_one_weight_is_shown_at_a_tanh_below_one():
    verdict = values.judge_expression(ENTRIES["03.one_weight"], y * z * x)
    assert verdict.example == ("at y = 1/2, z = 2, x = -3: got -3, wanted 27/8",)


def test_the_gradient_of_one_weight_is_wanted_in_y_not_in_w():
    answer = (tanh(w * x) - z) * (1 - tanh(w * x) ** 2) * x
    verdict = values.judge_expression(ENTRIES["03.one_weight"], answer)
    assert verdict.reason.startswith("It contains w;")


def test_three_orders_of_a_training_step_are_right_with_zero_grad_before_backward():
    exercise = ENTRIES["03.train_step"]
    passed = [
        "".join(order)
        for order in itertools.permutations(exercise.lines)
        if values.judge_order(exercise, " ".join(order)).passed
    ]
    assert passed == ["cdeab", "cedab", "dceab"]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("ceadb", "wipes out the new gradients"),
        ("ceabd", "right from the second step on"),
        ("dceba", "before the gradients of this batch"),
        ("dcaeb", "no loss yet"),
        ("decab", "no y yet"),
    ],
)
def test_a_wrong_training_step_is_refused_and_its_mistake_named(order, said):
    verdict = values.judge_order(ENTRIES["03.train_step"], order)
    assert verdict.state == "wrong"
    assert said in verdict.reason


def test_the_number_of_parameters_is_that_of_a_layer_of_torch():
    layer = torch.nn.Linear(100 * 64, 256)
    count = sum(p.numel() for p in layer.parameters())
    assert values.judge_number(ENTRIES["03.n_parameters"], count).passed
    for near in (count - 1, count + 1, 1.64e6, count - 256):
        assert not values.judge_number(ENTRIES["03.n_parameters"], near).passed


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (1_638_656, f"1,638,656 parameters. {ENTRIES['03.n_parameters'].meaning}"),
        (5_000_000, "It is not 5,000,000 parameters."),
        (0.25, "It is not 0.25 parameters."),
        (1e300, "It is not 1e+300 parameters."),
    ],
)
def test_a_count_is_said_in_full(answer, said):
    assert values.judge_number(ENTRIES["03.n_parameters"], answer).reason == said


def test_an_expression_that_agrees_at_the_first_points_only_does_not_pass():
    zero_at_small_T = (T - 2) * (T - 3) * (T - 4) * (T - 5)
    verdict = values.judge_expression(ENTRIES["05.noise"], (T - 1) / d + zero_at_small_T)
    assert not verdict.passed


beta, n_sq, kk, N, p, K, V = symbols("beta n kk N p K V", positive=True)


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("11.missing_after", -(beta * kk - 1)),
        ("11.missing_after", cancel((1 - beta**2 * kk**2) / (1 + beta * kk))),
        ("11.largest_beta", 1 / kk + 1 / kk),
        ("12.two_steps", beta + beta * (1 - beta * kk)),
        ("12.two_steps", (1 - (1 - beta * kk) ** 2) / kk),
        ("12.list_size", (K**2 + K * V) / (K + V)),
        ("13.numbers_needed", log(N**n_sq) / log(2**p)),
        ("13.numbers_needed", n_sq / (p * log(2, N))),
        ("13.break_even", 1 / (1 / K + 1 / V)),
        ("13.break_even", K - K**2 / (K + V)),
    ],
)
def test_a_line_of_algebra_passes_in_another_form(id, answer):
    assert values.judge_expression(ENTRIES[id], answer).passed


def test_true_is_no_number():
    verdict = values.judge_number(ENTRIES["05.half_life"], True)
    assert verdict.reason == "This is True; wanted is a number, in steps."


n_wc, n_w, n_c, n, n_neg = symbols("n_wc n_w n_c n n_neg", positive=True)


@pytest.mark.parametrize(
    "answer",
    [
        n_wc * n / (n_neg * n_w * n_c),
        n_wc / (n_neg * (n_w * n_c / n)),
        (n_wc / n) / ((n_w / n) * (n_c / n)) / n_neg,
        exp(log(n_wc * n / (n_w * n_c)) - log(n_neg)),
        symbols("n_wc") * symbols("n") / (symbols("n_neg") * symbols("n_w") * symbols("n_c")),
    ],
)
def test_the_optimum_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["02.optimum"], answer).passed


def test_the_optimum_is_where_the_slope_is_zero():
    score = log(ENTRIES["02.optimum"].reference(n_wc, n_w, n_c, n, n_neg))
    slope = n_wc / (1 + exp(score)) - n_neg * n_w * n_c / n / (1 + exp(-score))
    assert cancel(slope) == 0


def test_the_number_of_pairs_is_that_of_a_count_by_hand():
    pairs = [(w, c) for w in range(10) for c in range(10) if 1 <= abs(w - c) <= 2]
    assert values.judge_number(ENTRIES["02.n_pairs"], len(pairs)).passed
    assert not values.judge_number(ENTRIES["02.n_pairs"], len(pairs) + 1).passed


@pytest.mark.parametrize("instead", [math.inf, math.nan, -1e30, 0.0])
def test_minus_infinity_is_wanted_and_nothing_else_will_do(instead):
    def answer(counts):
        out = pmi_by_logarithms(counts)
        return torch.where(out.isinf(), torch.full_like(out, instead), out)

    assert functions.judge(ENTRIES["02.pmi"], pmi_by_logarithms).passed
    assert functions.judge(ENTRIES["02.pmi"], answer).state == "wrong"


def test_a_loss_that_is_infinite_at_large_scores_is_told_at_which():
    def answer(v, u, u_noise):
        near, far = (v * u).sum(1), (u_noise @ v[:, :, None]).squeeze(2)
        return ((-near).exp().log1p() + far.exp().log1p().sum(1)).mean()

    verdict = functions.judge(ENTRIES["02.sgns_loss"], answer)
    assert verdict.reason.startswith("At scores of 200 this is infinite.")
    assert verdict.example[0].endswith("with B = 5, n_neg = 4, D = 3, score = 200 not:")
    assert verdict.example[1].startswith("got inf, wanted ")


p, K = symbols("p K", positive=True)


@pytest.mark.parametrize(
    "answer",
    [
        p - p**2,
        -p * (p - 1),
        1 / (1 / p + 1 / (1 - p)),
        0.25 - (p - 0.5) ** 2,
        (1 - p**2 - (1 - p) ** 2) / 2,
        exp(log(p) + log(1 - p)),
    ],
)
def test_the_slope_of_a_weight_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["08.slope_own"], answer).passed


@pytest.mark.parametrize(
    "answer",
    [n / K - 1 / K, -(1 - n) / K, n / K * (1 - 1 / n), (n**2 - 1) / (K * (n + 1)), (n - 1.0) / K],
)
def test_the_cross_talk_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["10.cross_talk"], answer).passed


@pytest.mark.parametrize("ends", ["nowhere", "everywhere", "once"])
def test_the_gradient_of_a_text_in_pieces_ends_where_a_piece_begins(ends):
    """The values are right in all three; only gradients tell."""

    def read_in_pieces(x, W, cut):
        T = x.shape[1]
        places = {"nowhere": (), "everywhere": range(T), "once": (T - cut,)}[ends]
        state = torch.zeros_like(x[:, 0])
        for t in range(T):
            if t in places:
                state = state.detach()
            state = torch.tanh(state @ W.T + x[:, t])
        return state

    verdict = functions.judge(ENTRIES["06.read_in_pieces"], read_in_pieces)
    assert verdict.state == "wrong"
    assert verdict.reason.startswith("The values are right, but the gradient")
