using System.Text.Json;
using Fixity.Hashing.Blake3;

namespace Fixity.Hashing.Tests.Blake3;

public sealed class Blake3ChecksumTests
{
    private static readonly JsonSerializerOptions SnakeCase =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static TheoryData<int> Kernels => Blake3KernelTests.Kernels;

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_official_vectors_hold_for_pieces_of_any_size(int kernel)
    {
        using var checksum = new Blake3Checksum(Blake3Kernel.Supported[kernel], withGroups: false);
        var vectors = ReadVectors();
        Assert.Equal(35, vectors.Count);

        // One piece, the sizes round a block and a chunk, and a read buffer that no power of two divides.
        foreach (var pieceBytes in new[] { int.MaxValue, 1, 63, 64, 1000, 1024, 4096, 65549 })
        {
            foreach (var vector in vectors)
            {
                var input = VectorInput(vector.InputLen);
                Assert.Equal(vector.Hash[..64], HashInPieces(checksum, input, pieceBytes));
            }
        }
    }

    // Beyond the vectors: several batches of chunks. The values are those of b3sum 1.2.0 on bytes i % 251.
    [Theory]
    [InlineData(262_144, "d57dc906e20d3fd326ffaa85535500486f46a0979f5a323f028dcabfd381fd4a")]
    [InlineData(1_000_003, "cd5a3272e01b1a2f47bb4565d8d202db0f95704d32550a2da61a0fd363d4c90d")]
    [InlineData(5_242_881, "a2eed482c537df008175a978a474f0a2f257d3ef11f7ac1f6fa9f5e49af4d345")]
    public void A_long_input_agrees_with_the_reference_tool(int length, string expected)
    {
        foreach (var kernel in Blake3Kernel.Supported)
        {
            using var checksum = new Blake3Checksum(kernel, withGroups: true);
            Assert.Equal(expected, HashInPieces(checksum, VectorInput(length), 512 * 1024));
            Assert.Equal(expected, HashInPieces(checksum, VectorInput(length), 300_001));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_length_in_random_pieces_is_as_the_reference_has_it(int kernel) =>
        Assert.Equal(EveryLength.ExpectedSummary, EveryLength.Summary(Blake3Kernel.Supported[kernel]));

    private static string HashInPieces(Blake3Checksum checksum, byte[] input, int pieceBytes)
    {
        for (var at = 0; at < input.Length;)
        {
            var taken = Math.Min(pieceBytes, input.Length - at);
            checksum.Append(input.AsSpan(at, taken));
            at += taken;
        }

        var digest = new byte[32];
        checksum.Finish(digest);
        return Convert.ToHexStringLower(digest);
    }

    private static byte[] VectorInput(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];

    private static List<Vector> ReadVectors()
    {
        using var json = typeof(Blake3ChecksumTests).Assembly.GetManifestResourceStream("blake3.json")!;
        return JsonSerializer.Deserialize<VectorFile>(json, SnakeCase)!.Cases;
    }

    private sealed record VectorFile(List<Vector> Cases);

    private sealed record Vector(int InputLen, string Hash);
}
