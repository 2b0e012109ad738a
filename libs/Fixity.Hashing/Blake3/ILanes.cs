namespace Fixity.Hashing.Blake3;

/// <summary>What the vectors of one width do, with one input in every 32-bit lane.</summary>
internal unsafe interface ILanes<TWords>
    where TWords : unmanaged
{
    static abstract int Count { get; }

    static abstract TWords Same(uint word);

    static abstract TWords Load(uint* words);

    static abstract TWords Xor(TWords a, TWords b);

    /// <summary>The quarter round: mixes two message words into one column or diagonal.</summary>
    static abstract void Mix(ref TWords a, ref TWords b, ref TWords c, ref TWords d, TWords mx, TWords my);

    /// <summary>The same with what there are no registers for in memory: by pointer, or it is read more than once.</summary>
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
