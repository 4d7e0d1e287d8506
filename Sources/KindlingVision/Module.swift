import KindlingNN
