/// The classes that files of whole models may contain under PyTorch's names.
extension LayerForm {
  package static let classes: [Module.Type] = [
    Sequential.self, ModuleList.self, ModuleDict.self, ParameterList.self, Linear.self,
    NonDynamicallyQuantizableLinear.self, Bilinear.self, Identity.self, MultiheadAttention.self,
    Embedding.self, EmbeddingBag.self, ReLU.self, ReLU6.self, SiLU.self, Mish.self, SELU.self,
    Hardswish.self, Hardsigmoid.self, Sigmoid.self, Tanh.self, Softsign.self, Tanhshrink.self,
    LogSigmoid.self, Softmax2d.self, Softmax.self, LogSoftmax.self, Softmin.self, GLU.self,
    LeakyReLU.self, GELU.self, ELU.self, CELU.self, Hardtanh.self, Softplus.self, Hardshrink.self,
    Softshrink.self, Threshold.self, RReLU.self, PReLU.self, Dropout.self, Dropout1d.self,
    Dropout2d.self, Dropout3d.self, AlphaDropout.self, FeatureAlphaDropout.self, Conv1d.self,
    Conv2d.self, Conv3d.self, ConvTranspose1d.self, ConvTranspose2d.self, ConvTranspose3d.self,
    Unfold.self, Fold.self, MaxPool1d.self, MaxPool2d.self, MaxPool3d.self, AvgPool1d.self,
    AvgPool2d.self, AvgPool3d.self, AdaptiveAvgPool1d.self, AdaptiveAvgPool2d.self,
    AdaptiveAvgPool3d.self, AdaptiveMaxPool1d.self, AdaptiveMaxPool2d.self, AdaptiveMaxPool3d.self,
    LPPool1d.self, LPPool2d.self, LPPool3d.self, MaxUnpool1d.self, MaxUnpool2d.self,
    MaxUnpool3d.self, FractionalMaxPool2d.self, FractionalMaxPool3d.self, ConstantPad1d.self,
    ConstantPad2d.self, ConstantPad3d.self, ZeroPad1d.self, ZeroPad2d.self, ZeroPad3d.self,
    ReflectionPad1d.self, ReflectionPad2d.self, ReflectionPad3d.self, ReplicationPad1d.self,
    ReplicationPad2d.self, ReplicationPad3d.self, CircularPad1d.self, CircularPad2d.self,
    CircularPad3d.self, Flatten.self, Unflatten.self, Upsample.self, UpsamplingNearest2d.self,
    UpsamplingBilinear2d.self, PixelShuffle.self, PixelUnshuffle.self, ChannelShuffle.self,
    BatchNorm1d.self, BatchNorm2d.self, BatchNorm3d.self, SyncBatchNorm.self, InstanceNorm1d.self,
    InstanceNorm2d.self, InstanceNorm3d.self, LayerNorm.self, RMSNorm.self, GroupNorm.self,
    LocalResponseNorm.self, CrossMapLRN2d.self, MSELoss.self, L1Loss.self, SmoothL1Loss.self,
    HuberLoss.self, KLDivLoss.self, CrossEntropyLoss.self, NLLLoss.self, BCELoss.self,
    BCEWithLogitsLoss.self, PoissonNLLLoss.self, GaussianNLLLoss.self, CTCLoss.self,
    HingeEmbeddingLoss.self, MarginRankingLoss.self, CosineEmbeddingLoss.self, SoftMarginLoss.self,
    MultiLabelMarginLoss.self, MultiLabelSoftMarginLoss.self, MultiMarginLoss.self,
    TripletMarginLoss.self, CosineSimilarity.self, PairwiseDistance.self,
  ]

  private static let byName = Dictionary(
    uniqueKeysWithValues: classes.compactMap { type in type.form.map { ($0.name, type) } })
  private static let known = Set(classes.map { ObjectIdentifier($0) })

  /// Returns the form of the class with PyTorch's qualified name `name`.
  package static func named(_ name: String) -> LayerForm? { byName[name]?.form }

  /// Returns the form in which modules of exactly this class are saved.
  package static func of(_ type: Module.Type) -> LayerForm? {
    known.contains(ObjectIdentifier(type)) ? type.form : nil
  }
}
