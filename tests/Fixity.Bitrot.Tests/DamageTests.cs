using System.Numerics;

namespace Fixity.Bitrot.Tests;

public sealed class DamageTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_flip_changes_exactly_one_bit_where_it_says()
    {
        var path = _scratch.Write("file", 10_000);
        var before = File.ReadAllBytes(path);

        var report = NewDamage(restoreTimes: true).Flip(path);

        var after = File.ReadAllBytes(path);
        Assert.Equal(1, before.Zip(after, (b, a) => BitOperations.PopCount((uint)(b ^ a))).Sum());
        Assert.NotEqual(before[report.Offset], after[report.Offset]);
        Assert.Equal(before[report.Offset].ToString("x2", null), report.Before);
        Assert.Equal(after[report.Offset].ToString("x2", null), report.After);
    }

    [Fact]
    public void With_restored_times_only_the_content_tells()
    {
        var path = _scratch.Write("file", 10_000);
        var content = File.ReadAllBytes(path);
        var times = new FileTimes(1_500_000_000_123_456_789, 1_400_000_000_987_654_321);

        // Reading the content above may have moved the access time; from here on nothing may.
        times.ApplyTo(path);
        var report = NewDamage(restoreTimes: true).Flip(path);

        Assert.Equal(times, FileTimes.Of(path));
        Assert.Equal(times.ModifiedNs, report.MtimeNsAfter);
        Assert.True(report.MtimeRestored);
        Assert.Equal(10_000, new FileInfo(path).Length);
        Assert.NotEqual(content, File.ReadAllBytes(path));
    }

    [Fact]
    public void Without_restoring_the_modification_time_is_that_of_the_damage()
    {
        var path = _scratch.Write("file", 10_000);
        var before = FileTimes.Of(path);

        var report = NewDamage(restoreTimes: false).Flip(path);

        Assert.NotEqual(before.ModifiedNs, FileTimes.Of(path).ModifiedNs);
        Assert.Equal(before.ModifiedNs, report.MtimeNsBefore);
        Assert.NotEqual(report.MtimeNsBefore, report.MtimeNsAfter);
        Assert.False(report.MtimeRestored);
    }

    [Theory]
    [InlineData(512, 100_000, 512)]
    [InlineData(65_536, 200_000, 65_536)]
    [InlineData(65_536, 300, 300)]
    public void An_overwrite_stays_within_its_stretch_and_the_size(int bytes, int sizeBytes, int expectedBytes)
    {
        var path = _scratch.Write("file", sizeBytes);
        var before = File.ReadAllBytes(path);

        // This seed does not hit the shorter stretch at the end of the file.
        var report = new Damage(new Random(2), restoreTimes: true).Overwrite(path, bytes);

        var after = File.ReadAllBytes(path);
        var (start, end) = ((int)report.Offset, (int)(report.Offset + report.Length));
        Assert.Equal(expectedBytes, report.Length);
        Assert.Equal(0, start % bytes);
        Assert.Equal(before.Length, after.Length);
        Assert.Equal(before[..start], after[..start]);
        Assert.NotEqual(before[start..end], after[start..end]);
        Assert.Equal(before[end..], after[end..]);
        Assert.StartsWith("sha256:", report.Before, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncation_keeps_the_beginning_and_can_keep_the_times()
    {
        var path = _scratch.Write("file", 10_000);
        var before = File.ReadAllBytes(path);
        var mtime = FileTimes.Of(path).ModifiedNs;

        var report = NewDamage(restoreTimes: true).Truncate(path);

        var after = File.ReadAllBytes(path);
        Assert.True(after.Length < before.Length);
        Assert.Equal(before[..after.Length], after);
        Assert.Equal(10_000, report.SizeBefore);
        Assert.Equal(after.Length, report.SizeAfter);
        Assert.Equal(10_000 - after.Length, report.Length);
        Assert.Equal(mtime, FileTimes.Of(path).ModifiedNs);
    }

    [Fact]
    public void An_edit_appends_a_line_and_moves_the_modification_time()
    {
        var path = _scratch.Write("file", 100);
        var before = File.ReadAllBytes(path);
        var mtime = FileTimes.Of(path).ModifiedNs;

        var report = NewDamage(restoreTimes: false).Edit(path);

        var after = File.ReadAllBytes(path);
        Assert.Equal(before, after[..100]);
        Assert.Equal((byte)'\n', after[^1]);
        Assert.Equal(after.Length, report.SizeAfter);
        Assert.NotEqual(mtime, FileTimes.Of(path).ModifiedNs);
    }

    [Fact]
    public void The_same_seed_does_the_same_damage()
    {
        var first = _scratch.Write("first", 5_000);
        var second = _scratch.Write("second", 5_000);

        var one = NewDamage(restoreTimes: true).Flip(first);
        var two = NewDamage(restoreTimes: true).Flip(second);

        Assert.Equal(one with { Path = second }, two);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [Fact]
    public void An_empty_file_cannot_rot()
    {
        var path = _scratch.Write("empty", 0);

        Assert.Throws<InvalidOperationException>(() => NewDamage(restoreTimes: true).Flip(path));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-1_999_999_999)]
    [InlineData(0)]
    [InlineData(4_102_444_800_999_999_999)]
    public void Times_round_trip_to_the_nanosecond_also_before_1970(long modifiedNs)
    {
        var path = _scratch.Write("file", 1);
        var times = new FileTimes(1, modifiedNs);

        times.ApplyTo(path);

        Assert.Equal(times, FileTimes.Of(path));
    }

    private static Damage NewDamage(bool restoreTimes) => new(new Random(1), restoreTimes);
}
