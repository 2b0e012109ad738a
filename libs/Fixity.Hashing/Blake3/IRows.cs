using System.Diagnostics.CodeAnalysis;

namespace Fixity.Hashing.Blake3;

/// <summary>What the vectors of one width do for <see cref="RowHash{TRows, TWords}"/>: an input in every 128 bits.</summary>
internal unsafe interface IRows<TWords>
{
    /// <summary>The same four words for every input.</summary>
    static abstract TWords Same(uint w0, uint w1, uint w2, uint w3);

    /// <summary>The last row of the initial state, where the inputs differ: counter, length, flags.</summary>
    static abstract TWords LastRow(in Blake3Job job, uint bytes, uint flags);

    /// <summary>16 bytes of every input.</summary>
    static abstract TWords Read(byte** inputs, nint offset);

    static abstract void Write(uint* values, TWords low, TWords high);

    static abstract TWords Xor(TWords a, TWords b);

    /// <summary>The first half of the quarter round, on four columns or diagonals.</summary>
    static abstract void MixFirst(ref TWords a, ref TWords b, ref TWords c, ref TWords d, TWords m);

    /// <summary>The second half of it: other rotations.</summary>
    static abstract void MixSecond(ref TWords a, ref TWords b, ref TWords c, ref TWords d, TWords m);

    /// <summary>Words of x in another order: two bits of the control for each, the lowest word first.</summary>
    static abstract TWords Shuffle(TWords x, [ConstantExpected] byte control);

    /// <summary>Two words of x, then two of y.</summary>
    static abstract TWords Shuffle(TWords x, TWords y, [ConstantExpected] byte control);

    /// <summary>x0 y1 x2 y3.</summary>
    static abstract TWords Alternate(TWords x, TWords y);

    /// <summary>x0 x1 x2 y3.</summary>
    static abstract TWords TakeLast(TWords x, TWords y);

    /// <summary>x0 x1 y0 y1.</summary>
    static abstract TWords UnpackLowPairs(TWords x, TWords y);

    /// <summary>x0 y0 x1 y1.</summary>
    static abstract TWords UnpackLow(TWords x, TWords y);

    /// <summary>x2 y2 x3 y3.</summary>
    static abstract TWords UnpackHigh(TWords x, TWords y);
}
