using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Octets = Fixity.Hashing.Blake3.LaneHashInRegisters<
    Fixity.Hashing.Blake3.Lanes8, System.Runtime.Intrinsics.Vector256<uint>>;
using Pairs = Fixity.Hashing.Blake3.RowHash<
    Fixity.Hashing.Blake3.Rows2, System.Runtime.Intrinsics.Vector256<uint>>;
using Quads = Fixity.Hashing.Blake3.RowHash<
    Fixity.Hashing.Blake3.Rows4, System.Runtime.Intrinsics.Vector512<uint>>;
using Singles = Fixity.Hashing.Blake3.RowHash<
    Fixity.Hashing.Blake3.Rows1, System.Runtime.Intrinsics.Vector128<uint>>;
using Sixteens = Fixity.Hashing.Blake3.LaneHashInRegisters<
    Fixity.Hashing.Blake3.Lanes16, System.Runtime.Intrinsics.Vector512<uint>>;

namespace Fixity.Hashing.Blake3;

/// <summary>Sixteen inputs at once; fewer go to the narrowest code that takes them all, idle lanes and all.</summary>
internal sealed unsafe class Avx512Kernel : Blake3Kernel
{
    protected override bool IsSupported => Avx512F.IsSupported && Avx512F.VL.IsSupported;

    [SkipLocalsInit]
    public override void Hash(byte** inputs, int count, Blake3Job job, uint* values)
    {
        var padded = stackalloc byte*[MaxLanes];
        while (count > 0)
        {
            var taken = Math.Min(count, 16);
            switch (taken)
            {
                case > 8:
                    Sixteens.Hash(Pad(inputs, taken, 16, padded), job, values);
                    break;
                case > 4:
                    Octets.Hash(Pad(inputs, taken, 8, padded), job, values);
                    break;
                case > 2:
                    Quads.Hash(Pad(inputs, taken, 4, padded), job, values);
                    break;
                case 2:
                    Pairs.Hash(inputs, job, values);
                    break;
                default:
                    Singles.Hash(inputs, job, values);
                    break;
            }

            inputs += taken;
            values += taken * Blake3Job.ValueWords;
            count -= taken;
            job = job.Skip(taken);
        }
    }
}
