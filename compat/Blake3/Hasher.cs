using System.Runtime.InteropServices;
using System.Text;

namespace Blake3;

/// <summary>Hashes a stream of bytes with BLAKE3. A copy of the struct shares the state of the original.</summary>
/// <remarks>
/// Not safe for several threads at once. Buffers of 16 KiB and more make full use of the vector kernels. Reset makes
/// a hasher reusable without allocating.
/// </remarks>
public struct Hasher : IDisposable
{
    [ThreadStatic]
    private static Blake3State? _oneShot;

    // Null before New and after Dispose; a use of it then is a NullReferenceException, as in the package.
    private Blake3State? _state;

    private Hasher(Blake3State state) => _state = state;

    public static Hasher New() => new(new Blake3State(Blake3Key.Default));

    /// <summary>A hasher whose result only holders of the key can compute: a MAC.</summary>
    /// <param name="key">Exactly 32 bytes.</param>
    public static Hasher NewKeyed(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Blake3.Hash.Size, nameof(key));
        return new Hasher(new Blake3State(new Blake3Key(key, Blake3Flags.KeyedHash)));
    }

    /// <summary>A hasher that derives keys from the key material it is fed.</summary>
    /// <param name="text">The context: hard-coded, globally unique and specific to the application.</param>
    public static Hasher NewDeriveKey(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return NewDeriveKey(Encoding.UTF8.GetBytes(text));
    }

    /// <param name="str">The context as UTF-8.</param>
    public static Hasher NewDeriveKey(ReadOnlySpan<byte> str)
    {
        var context = new Blake3State(Blake3Key.Default with { Flags = Blake3Flags.DeriveKeyContext });
        context.Update(str);
        Span<byte> key = stackalloc byte[Blake3.Hash.Size];
        context.Finish(0, key);
        return new Hasher(new Blake3State(new Blake3Key(key, Blake3Flags.DeriveKeyMaterial)));
    }

    public static Hash Hash(ReadOnlySpan<byte> input)
    {
        var hash = default(Hash);
        Hash(input, hash.AsSpan());
        return hash;
    }

    /// <param name="output">Of any length: BLAKE3's output is extendable.</param>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var state = _oneShot ??= new Blake3State(Blake3Key.Default);
        state.Reset();
        state.Update(input);
        state.Finish(0, output);
    }

    public readonly void Update(ReadOnlySpan<byte> data) => _state!.Update(data);

    public readonly void Update<T>(ReadOnlySpan<T> data)
        where T : unmanaged => _state!.Update(MemoryMarshal.AsBytes(data));

    /// <summary>The package spreads large buffers over several threads here. The stand-in stays on the caller's.</summary>
    public readonly void UpdateWithJoin(ReadOnlySpan<byte> data) => _state!.Update(data);

    public readonly void UpdateWithJoin<T>(ReadOnlySpan<T> data)
        where T : unmanaged => _state!.Update(MemoryMarshal.AsBytes(data));

    /// <summary>The hash of everything so far. May be asked again, also after further updates.</summary>
#pragma warning disable CS0465 // The package's name for it. A struct has no finalizer that it could be mistaken for.
    public readonly Hash Finalize()
#pragma warning restore CS0465
    {
        var hash = default(Hash);
        _state!.Finish(0, hash.AsSpan());
        return hash;
    }

    /// <param name="hash">Of any length: the first 32 bytes are the default hash, what follows extends it.</param>
    public readonly void Finalize(Span<byte> hash) => _state!.Finish(0, hash);

    /// <param name="offset">Where in the extendable output to begin, in bytes.</param>
    public readonly void Finalize(ulong offset, Span<byte> hash) => _state!.Finish(offset, hash);

    /// <param name="offset">Where in the extendable output to begin, in bytes.</param>
    public readonly void Finalize(long offset, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        _state!.Finish((ulong)offset, hash);
    }

    /// <summary>Forgets the input and keeps the key or context.</summary>
    public readonly void Reset() => _state!.Reset();

    public void Dispose() => _state = null;
}
