using System.Text.Json;

namespace Fixity.Core.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void Each_key_is_there_once_and_its_default_is_a_value_of_it()
    {
        Assert.Equal(Settings.All.Count, Settings.All.Select(s => s.Key).Distinct().Count());
        Assert.All(Settings.All, setting => Assert.Null(setting.Refuse(setting.DefaultJson)));
        Assert.All(Settings.All, setting => Assert.EndsWith(".", setting.Sentence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("retention_days", "0")]
    [InlineData("retention_days", "36501")]
    [InlineData("retention_days", "1.5")]
    [InlineData("retention_days", "\"30\"")]
    [InlineData("retention_days", "null")]
    [InlineData("retention_days", "99999999999999999999")]
    [InlineData("session_timeout_minutes", "1441")]
    [InlineData("default_checksum_algorithm", "\"BLAKE3\"")]
    [InlineData("default_checksum_algorithm", "1")]
    [InlineData("default_time_zone", "\"Mars/Olympus\"")]
    [InlineData("default_schedule", "\" \"")]
    [InlineData("default_sample_percent", "-0.1")]
    [InlineData("default_sample_percent", "100.1")]
    [InlineData("default_large_change_count", "-1")]
    [InlineData("allowed_roots", "[\"relative\"]")]
    [InlineData("allowed_roots", "[1]")]
    [InlineData("allowed_roots", "\"/data\"")]
    [InlineData("max_active_scans", "0")]
    [InlineData("max_active_scans_per_server", "null")]
    public void What_is_no_value_of_a_setting_is_refused_with_a_sentence(string key, string json) =>
        Assert.EndsWith(".", Settings.Find(key)!.Refuse(JsonElement.Parse(json)), StringComparison.Ordinal);

    [Fact]
    public void The_bounds_are_told_to_the_last_digit() => Assert.Equal(
        "The value must be a whole number from 0 to 9007199254740992.",
        Settings.DefaultLargeChangeBytes.Refuse(JsonElement.Parse("-1")));

    [Fact]
    public void What_is_not_set_is_the_default()
    {
        Assert.Equal(3650, SettingValues.Default.Of(Settings.RetentionDays));
        Assert.Null(SettingValues.Default.Of(Settings.MaxActiveScans));
        Assert.Equal(ChecksumAlgorithm.Blake3, SettingValues.Default.Of(Settings.DefaultChecksumAlgorithm));
    }

    [Fact]
    public void What_is_set_is_read_as_its_type()
    {
        var values = Read(
            ("retention_days", "7"), ("max_active_scans", "3"), ("default_checksum_algorithm", "\"md5\""),
            ("default_sample_percent", "2.5"), ("default_large_change_bytes", "5000000000"),
            ("allowed_roots", """["/data", "/srv"]"""));

        Assert.Equal(7, values.Of(Settings.RetentionDays));
        Assert.Equal(3, values.Of(Settings.MaxActiveScans));
        Assert.Equal(ChecksumAlgorithm.Md5, values.Of(Settings.DefaultChecksumAlgorithm));
        Assert.Equal(2.5, values.Of(Settings.DefaultSamplePercent));
        Assert.Equal(5_000_000_000, values.Of(Settings.DefaultLargeChangeBytes));
        Assert.Equal(["/data", "/srv"], values.Of(Settings.AllowedRoots));
    }

    [Fact]
    public void A_row_that_cannot_be_read_leaves_the_default_and_is_told()
    {
        var told = new List<string>();
        var values = SettingValues.From(
            [new("retention_days", JsonElement.Parse("\"x\"")), new("of_a_newer_version", JsonElement.Parse("1"))],
            (setting, _) => told.Add(setting.Key));

        Assert.Equal(3650, values.Of(Settings.RetentionDays));
        Assert.Equal(["retention_days"], told);
    }

    private static SettingValues Read(params (string Key, string Json)[] rows) => SettingValues.From(
        rows.Select(row => KeyValuePair.Create(row.Key, JsonElement.Parse(row.Json))),
        (setting, refusal) => Assert.Fail($"{setting.Key}: {refusal}"));
}
