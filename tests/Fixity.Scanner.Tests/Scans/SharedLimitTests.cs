using Fixity.Core;
using Fixity.Scanner.Scans;

namespace Fixity.Scanner.Tests.Scans;

public sealed class SharedLimitTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Fact]
    public void Those_who_share_a_scan_share_its_limit_and_none_is_left_without()
    {
        var options = new TargetOptions { Limit = new RateLimit(20_000_000, 2) };

        Assert.Equal(new RateLimit(20_000_000, 2), SharedLimit.Of(options, Berlin, default, sharers: 0));
        Assert.Equal(new RateLimit(5_000_000, 1), SharedLimit.Of(options, Berlin, default, sharers: 4));
        Assert.Equal(new RateLimit(), SharedLimit.Of(new TargetOptions(), Berlin, default, sharers: 4));
    }

    // 2026-11-20 is a Friday; Berlin is an hour ahead of UTC.
    [Theory]
    [InlineData("2026-11-20T07:59:59Z", false)]
    [InlineData("2026-11-20T08:00:00Z", true)]
    [InlineData("2026-11-20T16:59:59Z", true)]
    [InlineData("2026-11-20T17:00:00Z", false)]
    [InlineData("2026-11-21T10:00:00Z", false)]
    public void Working_hours_are_read_in_the_target_s_time_zone(string now, bool working) =>
        AssertWorking(new TimeOnly(9, 0), new TimeOnly(18, 0), now, working);

    [Theory]
    [InlineData("2026-11-20T20:59:59Z", false)]
    [InlineData("2026-11-20T21:00:00Z", true)]
    [InlineData("2026-11-21T04:59:59Z", true)]
    [InlineData("2026-11-21T05:00:00Z", false)]
    [InlineData("2026-11-21T21:00:00Z", false)]
    [InlineData("2026-11-20T04:00:00Z", false)]
    public void Working_hours_over_midnight_belong_to_the_day_on_which_they_begin(string now, bool working) =>
        AssertWorking(new TimeOnly(22, 0), new TimeOnly(6, 0), now, working);

    [Fact]
    public void Options_are_read_as_stored_and_what_is_left_out_or_unknown_takes_the_default()
    {
        var options = TargetOptionsJson.Read("""
            {"watchedAttributes": ["mode"], "verifyFrom": "direct", "limit": {"bytesPerSecond": 7}, "ofTomorrow": 1,
             "workingHours": {"days": ["monday"], "from": "08:00:00", "to": "17:30:00", "limit": {"opensPerSecond": 3}}}
            """);

        Assert.Equal(["mode"], options.WatchedAttributes);
        Assert.Equal((ReadFrom.Direct, new RateLimit(7)), (options.VerifyFrom, options.Limit));
        Assert.Equal(new TimeOnly(17, 30), options.WorkingHours?.To);
        Assert.True(options.DamageMap);
        Assert.Equal(TargetOptions.Default.VerifyFrom, TargetOptionsJson.Read("{}").VerifyFrom);
        Assert.Throws<TargetOptionsException>(() => TargetOptionsJson.Read("""{"limit": 3}"""));
    }

    private static void AssertWorking(TimeOnly from, TimeOnly to, string now, bool working)
    {
        var options = new TargetOptions
        {
            Limit = new RateLimit(100),
            WorkingHours = new WorkingHours(["friday"], from, to, new RateLimit(10)),
        };

        var limit = SharedLimit.Of(
            options, Berlin, DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture), 1);

        Assert.Equal(working ? 10 : 100, limit.BytesPerSecond);
    }
}
