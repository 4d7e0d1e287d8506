import Kindling
import Testing
import _TestExpectations

/// Damaged and malicious files: a clear refusal, or a load; never a crash, a hang, or a foreign call.
@Suite struct HostileFileTests {
  static let entries = (try? Golden.json("serialization/hostile/hostile.json").array) ?? []
  static let mustRefuse = entries.filter { $0["may_load"]?.bool != true }
    .compactMap { $0["file"]?.string }
  static let mayLoad = entries.filter { $0["may_load"]?.bool == true }
    .compactMap { $0["file"]?.string }

  static func path(_ name: String) -> String { Golden.path("serialization/hostile/\(name)") }

  /// Reads the file as what its name says it is.
  static func read(_ name: String, verify: Bool = true) throws {
    switch name.split(separator: ".").last {
    case "safetensors": _ = try Safetensors.load(path(name))
    case "npy": _ = try NumPy.load(path(name))
    case "npz": _ = try NumPy.loadz(path(name))
    default: _ = try load(path(name), verify: verify)
    }
  }

  @Test(.timeLimit(.minutes(10)), arguments: mustRefuse)
  func isRefused(name: String) {
    let error = #expect(throws: CheckpointError.self) { try Self.read(name) }
    #expect(error?.path == Self.path(name))
  }

  @Test(.timeLimit(.minutes(10)), arguments: mayLoad)
  func isHandled(name: String) {
    for verify in [true, false] {
      do { try Self.read(name, verify: verify) } catch {
        #expect(error is CheckpointError)
      }
      do { _ = try inspect(Self.path(name)) } catch { #expect(error is CheckpointError) }
    }
  }

  @Test(.timeLimit(.minutes(10))) func printingIsBounded() throws {
    #expect(try load(Self.path("memo_bomb.pt")).description.utf8.count < 2 << 20)
  }

  @Test func theContainerItselfIsFine() throws {
    let w = try #require(try loadStateDict(from: Self.path("control_good.pt"))["w"])
    try expectClose(w, [0, 1, 2, 3, 4, 5])
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
    ("empty_file.pt", "empty"), ("text.pt", "unknown file format"),
    ("legacy_os_system.pt", "os.system"), ("legacy_wrong_magic.pt", "magic number"),
    ("legacy_wrong_protocol.pt", "protocol version"), ("legacy_sys_info_reduce.pt", "os.system"),
    ("legacy_truncated_50.pt", "ends early"), ("legacy_truncated_99.pt", "ends early"),
    ("legacy_huge_numel.pt", "declaration says"), ("legacy_negative_numel.pt", "-6 elements"),
    ("st_header_len_huge.safetensors", "too large"),
    ("st_header_len_over_100mb.safetensors", "too large"),
    ("st_header_len_zero.safetensors", "header is empty"),
    ("st_header_len_short.safetensors", "not valid JSON"),
    ("st_file_too_short.safetensors", "at least 8 bytes"), ("st_empty.safetensors", "empty"),
    ("st_truncated_data.safetensors", "ends at byte"),
    ("st_trailing_data.safetensors", "belong to no tensor"),
    ("st_bad_json.safetensors", "not valid JSON"),
    ("st_json_not_object.safetensors", "does not start with '{'"),
    ("st_json_not_brace.safetensors", "does not start with '{'"),
    ("st_json_invalid_utf8.safetensors", "not valid UTF-8"),
    ("st_json_deep.safetensors", "not valid JSON"), ("st_overlap.safetensors", "overlaps"),
    ("st_same_range_twice.safetensors", "overlaps"), ("st_hole.safetensors", "gap"),
    ("st_out_of_bounds.safetensors", "ends at byte"),
    ("st_reversed_offsets.safetensors", "no begin and end"),
    ("st_negative_offset.safetensors", "negative number"),
    ("st_size_mismatch.safetensors", "but its place has"),
    ("st_shape_overflow.safetensors", "64 bits"),
    ("st_negative_shape.safetensors", "negative number"),
    ("st_float_shape.safetensors", "no integer"), ("st_unknown_dtype.safetensors", "F99"),
    ("st_missing_shape.safetensors", "lacks the field shape"),
    ("st_missing_offsets.safetensors", "lacks the field data_offsets"),
    ("st_metadata_not_strings.safetensors", "is no text"),
    ("st_duplicate_keys.safetensors", "twice"), ("st_huge_int.safetensors", "out of range"),
    ("np_bad_magic.npy", "not an npy file"), ("np_bad_version.npy", "npy version 9.0"),
    ("np_header_len.npy", "ends early"), ("np_header_len_v2.npy", "ends early"),
    ("np_header_code.npy", "no plain dictionary"), ("np_header_call.npy", "no plain dictionary"),
    ("np_missing_key.npy", "lacks the key fortran_order"),
    ("np_extra_key.npy", "unexpected key x"), ("np_bad_descr.npy", "<q9"),
    ("np_object.npy", "Python objects"), ("np_negative_shape.npy", "negative dimension"),
    ("np_overflow_shape.npy", "64 bits"), ("np_huge_shape.npy", "follow the header"),
    ("np_truncated.npy", "follow the header"), ("np_empty.npy", "empty"),
    ("np_shape_not_tuple.npy", "shape is no tuple"),
    ("np_fortran_not_bool.npy", "not True or False"),
    ("np_deep_header.npy", "no plain dictionary"), ("np_truncated.npz", "cut short"),
  ])
  func saysWhatIsWrong(name: String, words: String) {
    expectRefusal("…\(words)…") { try Self.read(name) }
  }

  @Test func tensorsOfAnotherDeviceLoadWhereAsked() throws {
    #expect(try loadStateDict(from: Self.path("cuda_location.pt"), device: .cpu).count == 1)
  }
}
