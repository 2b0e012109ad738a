using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Fixity.Hashing.Blake3;

namespace Fixity.Hashing.Tests.Blake3;

/// <summary>Every kernel that this processor runs, not only the one it chooses, against the reference.</summary>
public sealed unsafe class Blake3KernelTests
{
    private const int ChunkBytes = Blake3Job.ChunkBytes;
    private const int ValueWords = Blake3Job.ValueWords;
    private const int Most = 35;

    private readonly Random _random = new(3);

    public static TheoryData<int> Kernels => [.. Enumerable.Range(0, Blake3Kernel.Supported.Count)];

    [Fact]
    public void The_scalar_kernel_runs_everywhere() => Assert.IsType<ScalarKernel>(Blake3Kernel.Supported[^1]);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Any_number_of_chunks_also_where_the_counter_carries(int kernel)
    {
        for (var count = 1; count <= Most; count++)
        {
            var chunks = RandomBytes(count * ChunkBytes);
            var first = 0x1_0000_0000UL - (uint)_random.Next(count + 1);
            var expected = Enumerable.Range(0, count).SelectMany(i =>
                Reference.Value(chunks.AsSpan(i * ChunkBytes, ChunkBytes), first + (uint)i, 0)).ToArray();
            var values = new uint[(count + Blake3Kernel.MaxLanes) * ValueWords];
            Hash(Blake3Kernel.Supported[kernel], chunks, ChunkBytes, Blake3Job.Chunks(first), values, 0);

            Assert.Equal(expected, values[..expected.Length]);
        }
    }

    // In place, and one value further on, as the tree does it.
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Any_number_of_parents_in_the_place_of_their_children(int kernel)
    {
        for (var count = 1; count <= Most; count++)
        {
            foreach (var at in new[] { 0, 1 })
            {
                var children = new uint[((2 * count) + Blake3Kernel.MaxLanes) * ValueWords];
                _random.NextBytes(MemoryMarshal.AsBytes(children.AsSpan()));
                var expected = Enumerable.Range(0, count).SelectMany(i => Reference.ParentValue(
                    children[(2 * i * ValueWords)..(((2 * i) + 1) * ValueWords)],
                    children[(((2 * i) + 1) * ValueWords)..((2 * i + 2) * ValueWords)], 0)).ToArray();
                HashParents(Blake3Kernel.Supported[kernel], children, count, at);

                Assert.Equal(expected, children.AsSpan(at * ValueWords, expected.Length));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void One_input_writes_one_value_and_nothing_after_it(int kernel)
    {
        var values = new uint[2 * ValueWords];
        Hash(Blake3Kernel.Supported[kernel], RandomBytes(ChunkBytes), ChunkBytes, Blake3Job.Chunks(0), values, 0);

        Assert.All(values[ValueWords..], word => Assert.Equal(0u, word));
    }

    // Arm's way through four lanes, which x64 has no use for.
    [Fact]
    public void Four_lanes_in_registers_agree_with_the_reference()
    {
        var chunks = RandomBytes(4 * ChunkBytes);
        var values = new uint[4 * ValueWords];
        fixed (byte* start = chunks)
        fixed (uint* value = values)
        {
            var inputs = stackalloc byte*[4];
            for (var i = 0; i < 4; i++)
            {
                inputs[i] = start + (i * ChunkBytes);
            }

            LaneHashInRegisters<Lanes4, Vector128<uint>>.Hash(inputs, Blake3Job.Chunks(uint.MaxValue - 1), value);
        }

        Assert.Equal(
            Enumerable.Range(0, 4).SelectMany(i =>
                Reference.Value(chunks.AsSpan(i * ChunkBytes, ChunkBytes), uint.MaxValue - 1 + (ulong)i, 0)),
            values);
    }

    private static void Hash(
        Blake3Kernel kernel, byte[] content, int inputBytes, Blake3Job job, uint[] values, int at)
    {
        var count = content.Length / inputBytes;
        fixed (byte* start = content)
        fixed (uint* value = values)
        {
            var inputs = stackalloc byte*[count];
            for (var i = 0; i < count; i++)
            {
                inputs[i] = start + (i * inputBytes);
            }

            kernel.Hash(inputs, count, job, value + (at * ValueWords));
        }
    }

    private static void HashParents(Blake3Kernel kernel, uint[] children, int count, int at)
    {
        fixed (uint* first = children)
        {
            var inputs = stackalloc byte*[count];
            for (var i = 0; i < count; i++)
            {
                inputs[i] = (byte*)(first + (2 * i * ValueWords));
            }

            kernel.Hash(inputs, count, Blake3Job.Parents, first + (at * ValueWords));
        }
    }

    private byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
