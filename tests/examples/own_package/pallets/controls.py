"""Our own control: what a chain can compare to notice a wrong number."""

from harness import control

control("check digit", "the last digit of each pallet's number is that of its other digits' sum")
