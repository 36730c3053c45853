"""What is wrong with a chain's quarantine."""

from __future__ import annotations

from harness.chain.rules import chain_mistakes


def test_it_is_one_of_the_chains_folders() -> None:
    told = list(chain_mistakes({"folders": {"rejected": {}}, "quarantine": "reject"}))
    _, text = next(one for one in told if one[0] == ("quarantine",))
    assert text.startswith("unknown folder 'reject'. Did you mean 'rejected'?")
    right = chain_mistakes({"folders": {"rejected": {}}, "quarantine": "rejected"})
    assert not [one for one in right if one[0] == ("quarantine",)]
