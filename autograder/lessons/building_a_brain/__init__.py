"""Ten neurons that sort clothes: the Fashion-MNIST lesson."""
