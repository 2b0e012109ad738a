using FsCheck;
using FsCheck.Fluent;

namespace Fixity.Core.Tests;

public sealed class UnixNanosecondsTests
{
    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000000000Z")]
    [InlineData(1, "1970-01-01T00:00:00.000000001Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999999999Z")]
    [InlineData(-1_000_000_000, "1969-12-31T23:59:59.000000000Z")]
    [InlineData(4_294_967_296_123_456_789, "2106-02-07T06:28:16.123456789Z")]
    [InlineData(1795248000000000100, "2026-11-21T08:00:00.000000100Z")]
    [InlineData(long.MaxValue, "2262-04-11T23:47:16.854775807Z")]
    [InlineData(long.MinValue, "1677-09-21T00:12:43.145224192Z")]
    public void Text_has_all_nine_digits_and_the_right_second(long nanoseconds, string text)
    {
        Assert.Equal(text, UnixNanoseconds.ToText(nanoseconds));
        Assert.True(UnixNanoseconds.TryParse(text, out var parsed));
        Assert.Equal(nanoseconds, parsed);
    }

    [Fact]
    public void Every_value_comes_back() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<DoNotSize<long>>().ToArbitrary(), value =>
            UnixNanoseconds.TryParse(UnixNanoseconds.ToText(value.Item), out var parsed) && parsed == value.Item)
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("2026-11-21T08:00:00Z", true)]
    [InlineData("2026-11-21T08:00:00.1Z", true)]
    [InlineData("2026-11-21T08:00:00.Z", false)]
    [InlineData("2026-11-21T08:00:00.1234567891Z", false)]
    [InlineData("2026-11-21T08:00:00+01:00", false)]
    [InlineData("2026-13-21T08:00:00Z", false)]
    [InlineData("3026-11-21T08:00:00Z", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_UTC_with_up_to_nine_digits_is_read(string? text, bool accepted) =>
        Assert.Equal(accepted, UnixNanoseconds.TryParse(text, out _));

    [Fact]
    public void Times_out_of_reach_are_the_nearest_and_always_the_same()
    {
        Assert.Equal(long.MaxValue, UnixNanoseconds.From(long.MaxValue, 0));
        Assert.Equal(long.MinValue, UnixNanoseconds.From(long.MinValue, 0));
        Assert.Equal(-1, UnixNanoseconds.From(-1, 999_999_999));
    }
}
