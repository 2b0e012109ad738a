using System.Text.Json;
using Fixity.Core;
using Fixity.Data.Columns;

namespace Fixity.Data.Tests.Columns;

public sealed class ColumnTests
{
    [Fact]
    public void Options_are_read_as_they_were_written()
    {
        var options = new TargetOptions
        {
            WatchedAttributes = ["acl"],
            Include = ["/a/"],
            Exclude = ["*.tmp", "ä\\ "],
            CrossMounts = true,
            ReportTouched = true,
            DamageMap = false,
            VerifyFrom = ReadFrom.Direct,
            IdleIo = true,
            Limit = new RateLimit(5_000_000_000, 7),
            WorkingHours = new WorkingHours(["monday"], new TimeOnly(22, 0), new TimeOnly(6, 30, 15), new RateLimit(null, 3)),
        };

        var read = TargetOptionsColumn.Read(TargetOptionsColumn.Write(options));

        Assert.Equivalent(options, read, strict: true);
    }

    [Fact]
    public void What_options_leave_out_takes_the_default_and_what_a_later_version_wrote_is_passed_over()
    {
        var read = TargetOptionsColumn.Read("""{"idleIo": true, "ofALaterVersion": {}}""");

        Assert.Equivalent(TargetOptions.Default with { IdleIo = true }, read, strict: true);
    }

    [Theory]
    [InlineData("""{"verifyFrom": "tape"}""")]
    [InlineData("""{"exclude": null}""")]
    [InlineData("""{"workingHours": {"days": []}}""")]
    public void Options_that_nobody_wrote_are_not_taken_for_the_defaults(string json) =>
        Assert.Throws<JsonException>(() => TargetOptionsColumn.Read(json));

    [Theory]
    [InlineData("""{"damage": {"bytes": 1, "ranges": [[1]], "truncated": false}}""")]
    [InlineData("""{"damage": {"bytes": 1, "ranges": [[1, 2, 3]], "truncated": false}}""")]
    [InlineData("""{"damage": {"ranges": []}}""")]
    [InlineData("""{"folder": {"from": "a"}}""")]
    public void Details_that_say_less_than_they_must_are_refused(string json) =>
        Assert.Throws<JsonException>(() => ChangeDetailsColumn.Read(json));

    [Fact]
    public void Damage_without_a_word_on_it_is_whole()
    {
        var damage = ChangeDetailsColumn.ReadDamage("""{"bytes": 3, "ranges": [[4, 3]]}""");

        Assert.False(damage.Truncated);
        Assert.Equal(new DamagedRange(4, 3), Assert.Single(damage.Ranges));
    }
}
