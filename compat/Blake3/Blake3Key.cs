using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Blake3;

/// <summary>What sets the modes of BLAKE3 apart: the eight words a chunk starts from, and a flag on every block.</summary>
internal readonly record struct Blake3Key
{
    /// <summary>The initialization vector: the first words of the fractions of the square roots of the first primes.</summary>
    public static ReadOnlySpan<uint> InitialWords =>
    [
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
    ];

    private readonly EightWords _words;

    private Blake3Key(ReadOnlySpan<uint> words, Blake3Flags flags)
    {
        words.CopyTo(_words);
        Flags = flags;
    }

    /// <param name="key">32 bytes.</param>
    public Blake3Key(ReadOnlySpan<byte> key, Blake3Flags flags)
    {
        for (var i = 0; i < 8; i++)
        {
            _words[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        }

        Flags = flags;
    }

    public static Blake3Key Default { get; } = new(InitialWords, Blake3Flags.None);

    public Blake3Flags Flags { get; init; }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ReadOnlySpan<uint> Words => _words;

    [InlineArray(8)]
    private struct EightWords
    {
        private uint _first;
    }
}

/// <summary>Domain separation, section 2.1 of the paper: what a block is, and in which mode.</summary>
[Flags]
internal enum Blake3Flags : uint
{
    None = 0,
    ChunkStart = 1,
    ChunkEnd = 2,
    Parent = 4,
    Root = 8,
    KeyedHash = 16,
    DeriveKeyContext = 32,
    DeriveKeyMaterial = 64,
}
