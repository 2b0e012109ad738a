using System.Runtime.InteropServices;
using Fixity.Core;

namespace Fixity.Testing.Storage;

/// <summary>Hands out blocks the way that a thrifty producer does, and spoils each one as soon as it may.</summary>
public sealed class ReusedBlocks<T>(Func<T, T> copy, Action<T> poison)
{
    private T[] _handedOut = [];

    public ReadOnlyMemory<T> Next(IEnumerable<T> elements)
    {
        foreach (var element in _handedOut)
        {
            poison(element);
        }

        Array.Clear(_handedOut);
        _handedOut = [.. elements.Select(copy)];
        return _handedOut;
    }
}

/// <summary>What <see cref="ReusedBlocks{T}"/> does to the memory inside its elements.</summary>
public static class ReusedBlocks
{
    public static FilePath Copy(FilePath path) => FilePath.FromEscaped(path.Bytes.ToArray());

    public static void Poison(FilePath path) => Poison(path.Memory);

    public static void Poison(ReadOnlyMemory<byte> memory) => MemoryMarshal.AsMemory(memory).Span.Fill((byte)'?');
}
