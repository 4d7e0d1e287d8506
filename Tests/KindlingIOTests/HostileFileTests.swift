import Kindling
import Testing
import _TestSupport

/// Damaged and malicious files: a clear refusal, or a load; never a crash, a hang, or a foreign call.
@Suite struct HostileFileTests {
  static let entries = ((try? Golden.json("serialization/hostile/hostile.json").array) ?? []).filter
  {
    $0["file"]?.string?.hasSuffix(".pt") == true || $0["file"]?.string?.hasSuffix(".pkl") == true
  }
  static let mustRefuse = entries.filter { $0["may_load"]?.bool != true }
    .compactMap { $0["file"]?.string }
  static let mayLoad = entries.filter { $0["may_load"]?.bool == true }
    .compactMap { $0["file"]?.string }

  static func path(_ name: String) -> String { Golden.path("serialization/hostile/\(name)") }

  @Test(.timeLimit(.minutes(1)), arguments: mustRefuse)
  func isRefused(name: String) {
    let error = #expect(throws: CheckpointError.self) { try load(Self.path(name)) }
    #expect(error?.path == Self.path(name))
  }

  @Test(.timeLimit(.minutes(1)), arguments: mayLoad)
  func isHandled(name: String) {
    for verify in [true, false] {
      do { _ = try load(Self.path(name), verify: verify) } catch {
        #expect(error is CheckpointError)
      }
      do { _ = try inspect(Self.path(name)) } catch { #expect(error is CheckpointError) }
    }
  }

  @Test func theContainerItselfIsFine() throws {
    let w = try #require(try loadStateDict(from: Self.path("control_good.pt"))["w"])
    try assertClose(w, [0, 1, 2, 3, 4, 5])
    #expect(w.shape == [2, 3])
  }

  /// What each refusal says.
  @Test(arguments: [
    ("reduce_os_system.pt", "os.system"), ("reduce_posix_system.pt", "posix.system"),
    ("reduce_builtins_eval.pt", "builtins.eval"), ("reduce_inst_opcode.pt", "os.system"),
    ("reduce_subprocess_popen.pt", "subprocess.Popen"), ("reduce_os_system.pkl", "bare pickle"),
    ("reduce_stack_global.pt", "os.system"), ("truncated_50.pt", "cut short"),
    ("wrong_crc_storage.pt", "CRC-32 of archive/data/0 does not match"),
    ("wrong_crc_pickle.pt", "CRC-32 of archive/data.pkl does not match"),
    ("storage_too_short.pt", "storage '0' has 20 bytes but its declaration needs 24"),
    ("storage_declared_small.pt", "storage '0' of 3 elements"),
    ("storage_missing.pt", "archive/data/7 is missing"),
    ("same_storage_two_dtypes.pt", "declared twice"), ("negative_size.pt", "negative dimension"),
    ("negative_stride.pt", "negative stride"), ("negative_offset.pt", "negative storage offset"),
    ("offset_out_of_range.pt", "does not fit in storage"),
    ("offset_huge.pt", "does not fit in storage"),
    ("stride_out_of_range.pt", "does not fit in storage"), ("size_overflow.pt", "64 bits"),
    ("size_overflow_wraps_to_small.pt", "64 bits"), ("stride_overflow.pt", "64 bits"),
    ("size_stride_rank_mismatch.pt", "2 sizes and 1 strides"),
    ("size_not_int.pt", "where an int belongs"),
    ("huge_declared_storage.pt", "its declaration needs"),
    ("unknown_storage_class.pt", "torch.EvilStorage"), ("cuda_location.pt", "device: .cpu"),
    ("persistent_id_not_tuple.pt", "persistent id"), ("deep_list.pt", "levels deep"),
    ("self_reference.pt", "contains itself"), ("huge_string_length.pt", "ends early"),
    ("negative_long_length.pt", "negative length"), ("huge_frame.pt", "frame"),
    ("memo_get_missing.pt", "unknown memo entry 5"), ("stack_underflow.pt", "stack underflow"),
    ("no_stop.pt", "without STOP"), ("empty_pickle.pt", "empty"), ("unknown_opcode.pt", "0xf7"),
    ("future_protocol.pt", "protocol 99"), ("invalid_utf8.pt", "UTF-8"),
    ("unhashable_key.pt", "a list cannot be a dictionary key"),
    ("extension_opcode.pt", "extension codes are not supported"),
    ("ordereddict_extra_args.pt", "OrderedDict"), ("duplicate_zip_entry.pt", "two records"),
    ("no_data_pkl.pt", "data.pkl is missing"), ("byteorder_garbage.pt", "byte order"),
    ("byteorder_big.pt", "big-endian"), ("version_garbage.pt", "not a number"),
    ("version_future.pt", "format version"), ("deflate_bomb.pt", "compressed"),
    ("central_directory_offset_bad.pt", "outside the file"),
    ("entry_count_bad.pt", "fewer entries"),
    ("entry_size_bad.pt", "bytes"), ("local_header_offset_bad.pt", "outside the file"),
    ("local_header_signature_bad.pt", "no header"), ("encrypted_flag.pt", "encrypted"),
    ("empty_file.pt", "empty"), ("text.pt", "unknown file format"), ("legacy_control.pt", "legacy"),
  ])
  func saysWhatIsWrong(name: String, words: String) {
    let error = #expect(throws: CheckpointError.self) { try load(Self.path(name)) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "nothing")")
  }

  @Test func tensorsOfAnotherDeviceLoadWhereAsked() throws {
    #expect(try loadStateDict(from: Self.path("cuda_location.pt"), device: .cpu).count == 1)
  }
}
