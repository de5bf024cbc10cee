"""Losses on maps."""

import torch
from torch import Tensor
from torch.nn import functional


def hills(found: Tensor, truth: Tensor, known: Tensor) -> Tensor:
    """Focal loss on hills of height 1 (Law and Deng 2018, CornerNet, eq. 1), logits (b, n, n); summed per hill."""
    p = torch.sigmoid(found).clamp(1e-4, 1 - 1e-4)
    top = (truth > 0.9).float()
    near = top * (1 - p) ** 2 * torch.log(p)
    far = (1 - top) * (1 - truth) ** 4 * p**2 * torch.log(1 - p)
    return -((near + far) * known).sum() / torch.clamp((top * known).sum(), min=len(found) / 2) / 4


def dense(found: Tensor, truth: Tensor, where: Tensor) -> Tensor:
    """Mean absolute difference of planes (b, c, n, n) where ``where`` (b, 1, n, n) is 1."""
    return ((found - truth).abs() * where).sum() / torch.clamp(where.sum(), min=1.0)


def place(found: Tensor, truth: Tensor, known: Tensor) -> Tensor:
    """Cross entropy between a softmax over all cells of (b, n, n) and a hill, for the pictures where it is known."""
    share = truth.flatten(1)
    share = share / share.sum(1, keepdim=True).clamp(min=1e-6)
    missed = -(share * functional.log_softmax(found.flatten(1), 1)).sum(1)
    return (missed * known).sum() / torch.clamp(known.sum(), min=1.0)
