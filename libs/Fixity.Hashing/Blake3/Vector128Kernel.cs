using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Quads = Fixity.Hashing.Blake3.LaneHashInMemory<
    Fixity.Hashing.Blake3.Lanes4, System.Runtime.Intrinsics.Vector128<uint>>;
using QuadsOfArm = Fixity.Hashing.Blake3.LaneHashInRegisters<
    Fixity.Hashing.Blake3.Lanes4, System.Runtime.Intrinsics.Vector128<uint>>;
using Singles = Fixity.Hashing.Blake3.RowHash<
    Fixity.Hashing.Blake3.Rows1, System.Runtime.Intrinsics.Vector128<uint>>;

namespace Fixity.Hashing.Blake3;

/// <summary>Four inputs at once, or one: Arm, and x64 without AVX2.</summary>
internal sealed unsafe class Vector128Kernel : Blake3Kernel
{
    protected override bool IsSupported => Vector128.IsHardwareAccelerated;

    [SkipLocalsInit]
    public override void Hash(byte** inputs, int count, Blake3Job job, uint* values)
    {
        var padded = stackalloc byte*[MaxLanes];
        while (count > 0)
        {
            // Four cost less than two singly, and Arm has the registers for them.
            var taken = Math.Min(count, 4);
            if (taken == 1)
            {
                Singles.Hash(inputs, job, values);
            }
            else if (AdvSimd.Arm64.IsSupported)
            {
                QuadsOfArm.Hash(Pad(inputs, taken, 4, padded), job, values);
            }
            else
            {
                Quads.Hash(Pad(inputs, taken, 4, padded), job, values);
            }

            inputs += taken;
            values += taken * Blake3Job.ValueWords;
            count -= taken;
            job = job.Skip(taken);
        }
    }
}
