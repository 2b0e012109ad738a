using System.Globalization;
using Fixity.Query.Changes;

namespace Fixity.Query.Tests.Changes;

public sealed class ChangeWindowsTests
{
    private static readonly DateTimeOffset Now = Time("2026-11-21")!.Value;

    [Theory]
    [InlineData(null, null, "2026-01-01..; 2025-01-01..2026-01-01; ..2025-01-01")]
    [InlineData(null, "2020-05-10", "2020-01-01..2020-05-10; 2019-01-01..2020-01-01; ..2019-01-01")]
    [InlineData(null, "2020-01-01", "2019-01-01..2020-01-01; 2018-01-01..2019-01-01; ..2018-01-01")]
    [InlineData("2019-12-20", "2020-05-10", "2020-01-01..2020-05-10; 2019-12-20..2020-01-01")]
    [InlineData("2020-05-05", "2020-05-10", "2020-05-05..2020-05-10")]
    [InlineData("2020-01-01", "2020-05-10", "2020-01-01..2020-05-10")]
    [InlineData("2020-05-10", "2020-05-10", "")]
    [InlineData("2020-05-11", "2020-05-10", "")]
    [InlineData("2030-01-01", null, "2030-01-01..")]
    [InlineData(null, "2030-01-01", "2026-01-01..2030-01-01; 2025-01-01..2026-01-01; ..2025-01-01")]
    [InlineData(null, "0001-06-01", "..0001-06-01")]
    [InlineData(null, "0001-01-01", "..0001-01-01")]
    [InlineData(null, "0002-06-01", "0002-01-01..0002-06-01; ..0002-01-01")]
    public void The_newest_are_looked_for_first_and_in_ever_longer_stretches(string? since, string? until, string expected) =>
        Assert.Equal(expected, Text(ChangeWindows.Back(Time(since), Time(until), Now)));

    [Theory]
    [InlineData(null, null, "..")]
    [InlineData("2020-05-10", null, "2020-05-10..2021-01-01; 2021-01-01..2022-01-01; 2022-01-01..")]
    [InlineData("2020-05-10", "2020-05-20", "2020-05-10..2020-05-20")]
    [InlineData("2020-05-10", "2021-06-10", "2020-05-10..2021-01-01; 2021-01-01..2021-06-10")]
    [InlineData("2020-05-10", "2020-05-10", "")]
    [InlineData("9999-06-01", null, "9999-06-01..")]
    public void The_oldest_likewise(string? since, string? until, string expected) =>
        Assert.Equal(expected, Text(ChangeWindows.On(Time(since), Time(until))));

    private static string Text(IEnumerable<(DateTimeOffset? Since, DateTimeOffset? Until)> windows) =>
        string.Join("; ", windows.Select(window => $"{Day(window.Since)}..{Day(window.Until)}"));

    private static string Day(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    private static DateTimeOffset? Time(string? day) => day is null
        ? null
        : DateTimeOffset.Parse(day + "Z", CultureInfo.InvariantCulture);
}
