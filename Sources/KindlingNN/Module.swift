public import KindlingCore
