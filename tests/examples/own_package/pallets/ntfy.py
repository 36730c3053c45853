"""A channel of our own: ntfy, to which the warehouse's phones listen. Both sides import it: the contract is enough."""

from harness.contract.addresses import slug
from harness.contract.channels import desk_channel

desk_channel(
    "ntfy",
    path="/ntfy/{address}",
    address=lambda owner: slug(owner).replace(".", "-"),
    form=(r"[-_A-Za-z0-9]{1,64}", "a topic: letters, digits, '-' and '_'"),
)
