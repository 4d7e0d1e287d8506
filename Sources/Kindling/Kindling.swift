@_exported import KindlingCore
@_exported import KindlingData
@_exported import KindlingIO
@_exported import KindlingNN
@_exported import KindlingOptim
