namespace Fixity.Hashing.Blake3;

/// <summary>What the vectors of one width do, with one input in every 32-bit lane.</summary>
internal unsafe interface ILanes<TWords>
    where TWords : unmanaged
{
    static abstract int Count { get; }

    static abstract TWords Same(uint word);

    static abstract TWords Load(uint* words);

    static abstract TWords Xor(TWords a, TWords b);

    /// <summary>The quarter round of four columns or diagonals: mixes two message words into each.</summary>
    /// <remarks>
    /// Step by step side by side. Within a quarter round every step waits for the last, and the processor does not look
    /// far enough ahead to find the next one's: one after the other takes a tenth longer (16 lanes, Zen 5).
    /// </remarks>
    static abstract void Mix(
        ref TWords a0, ref TWords a1, ref TWords a2, ref TWords a3,
        ref TWords b0, ref TWords b1, ref TWords b2, ref TWords b3,
        ref TWords c0, ref TWords c1, ref TWords c2, ref TWords c3,
        ref TWords d0, ref TWords d1, ref TWords d2, ref TWords d3,
        TWords x0, TWords y0, TWords x1, TWords y1, TWords x2, TWords y2, TWords x3, TWords y3);

    /// <summary>One of them. What there are no registers for is in memory: by pointer, or it is read more than once.</summary>
    static abstract void Mix(ref TWords a, ref TWords b, TWords* c, ref TWords d, TWords* mx, TWords* my);

    /// <summary>Half a block of every input, transposed: word i of all of them is one vector.</summary>
    static abstract void ReadHalf(
        byte** inputs, nint offset,
        out TWords m0, out TWords m1, out TWords m2, out TWords m3,
        out TWords m4, out TWords m5, out TWords m6, out TWords m7);

    /// <summary>Transposes back, so that each lane's eight words lie together.</summary>
    static abstract void Write(
        uint* values, TWords h0, TWords h1, TWords h2, TWords h3, TWords h4, TWords h5, TWords h6, TWords h7);
}
