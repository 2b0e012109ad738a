using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Octets = Fixity.Hashing.Blake3.LaneHashInMemory<
    Fixity.Hashing.Blake3.Lanes8, System.Runtime.Intrinsics.Vector256<uint>>;
using Pairs = Fixity.Hashing.Blake3.RowHash<
    Fixity.Hashing.Blake3.Rows2, System.Runtime.Intrinsics.Vector256<uint>>;
using Singles = Fixity.Hashing.Blake3.RowHash<
    Fixity.Hashing.Blake3.Rows1, System.Runtime.Intrinsics.Vector128<uint>>;

namespace Fixity.Hashing.Blake3;

/// <summary>Eight inputs at once, two or one.</summary>
internal sealed unsafe class Avx2Kernel : Blake3Kernel
{
    protected override bool IsSupported => Avx2.IsSupported;

    [SkipLocalsInit]
    public override void Hash(byte** inputs, int count, Blake3Job job, uint* values)
    {
        var padded = stackalloc byte*[MaxLanes];
        while (count > 0)
        {
            // Three cost less in eight lanes than as a pair and one.
            var taken = Math.Min(count, 8);
            switch (taken)
            {
                case > 2:
                    Octets.Hash(Pad(inputs, taken, 8, padded), job, values);
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
