using System.Text;
using Fixity.Smb.Connection;
using Fixity.Smb.Wire;
using Fixity.Testing.Smb;

namespace Fixity.Smb.Tests.Live;

/// <summary>Names in every script and of every length: what is listed opens, and is the file that was meant.</summary>
public sealed class NamesTests
{
    // Point 13. Two forms of one letter, two cases of one name, planes beyond the first, what Windows reserves.
    private static readonly string[] Names =
    [
        "plain.txt", "with space", " leading", "é", "e\u0301", "日本語", "\U0001F600\U0001F680", "Case", "case", "CON", "nul.txt", "aux",
        "%41", "#", "~", "a;b", "=cmd", new string('n', 255), string.Concat(Enumerable.Repeat("漢", 83)), "\uFF5E", "\u202Ertl", "-",
        "..dots", ".hidden", "dot.", "space ", "...",
    ];

    [SmbFact]
    public async Task Every_name_is_listed_as_it_is_and_opens()
    {
        await using var server = await SmbServer.StartAsync(["mangled names = no"]);
        foreach (var name in Names)
        {
            await File.WriteAllTextAsync(Path.Combine(server.Data, name), name);
        }

        await using var share = Shares.Open(server);
        var listed = await Entries.OfAsync(share);

        Assert.Equal(Names.Order(StringComparer.Ordinal), listed.Names);
        foreach (var name in Names)
        {
            Assert.Equal(name, await ReadTextAsync(share, name));
        }
    }

    [Trait("SmbPoint", "13")]
    [SmbFact]
    public async Task A_path_of_forty_levels_opens()
    {
        await using var server = await SmbServer.StartAsync();
        var path = string.Join('/', Enumerable.Range(0, 40).Select(level => $"{level:D2}-{new string('d', 33)}")) + "/file";
        Shares.Make(server, path, 0);
        await File.WriteAllTextAsync(Path.Combine(server.Data, path), "deep");
        await using var share = Shares.Open(server);

        Assert.True(path.Length > 1400);
        Assert.Equal("deep", await ReadTextAsync(share, path.Replace('/', '\\')));
        Assert.Equal(["file"], (await Entries.OfAsync(share, Path.GetDirectoryName(path)!.Replace('/', '\\'))).Names);
    }

    // Without mangling the server sends names that no client may open.
    [Trait("SmbPoint", "13")]
    [Trait("SmbPoint", "14")]
    [SmbFact]
    public async Task Names_that_lead_elsewhere_are_refused_before_they_are_sent()
    {
        await using var server = await SmbServer.StartAsync(shares: ["[raw]", "path = {data}", "mangled names = no"]);
        string[] bad = [@"back\slash", "co:lon", "st*r", "wh?t", "qu\"ote", "l<t", "g>t", "p|pe", "new\nline", @"..\up"];
        foreach (var name in (string[])[.. bad, "good"])
        {
            await File.WriteAllTextAsync(Path.Combine(server.Data, name), name);
        }

        await using var share = Shares.Open(server, options => options with { Share = "raw" });
        var listed = await Entries.OfAsync(share);

        Assert.Equal(bad.Append("good").Order(StringComparer.Ordinal), listed.Names);
        foreach (var name in (string[])[.. bad[1..], "..", ".", @"..\..\etc", @"a\\b", @"\a", @"a\"])
        {
            var refused = await Assert.ThrowsAsync<SmbException>(() => share.OpenAsync(name, CancellationToken.None));
            Assert.Equal(SmbFailure.BadName, refused.Failure);
        }

        Assert.Equal("good", await ReadTextAsync(share, "good"));
    }

    [Trait("SmbPoint", "18")]
    [SmbFact]
    public async Task Times_of_all_years_come_with_a_hundred_nanoseconds()
    {
        await using var server = await SmbServer.StartAsync();
        var times = new Dictionary<string, DateTime>
        {
            ["1965"] = new(1965, 3, 4, 5, 6, 7, DateTimeKind.Utc),
            ["1975"] = new DateTime(1975, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(1_234_567),
            ["2106"] = new DateTime(2106, 12, 31, 23, 59, 59, DateTimeKind.Utc).AddTicks(9_999_999),
        };
        foreach (var (name, time) in times)
        {
            await File.WriteAllTextAsync(Path.Combine(server.Data, name), name);
            File.SetLastWriteTimeUtc(Path.Combine(server.Data, name), time);
        }

        await using var share = Shares.Open(server);
        var listed = await Entries.OfAsync(share);

        Assert.All(listed.All, entry => Assert.Equal(times[entry.Name], DateTime.FromFileTimeUtc(entry.Metadata.Written)));
        Assert.Equal(3, listed.All.Count);
    }

    [Trait("SmbPoint", "19")]
    [SmbFact]
    public async Task Ten_thousand_entries_come_once_each_also_while_others_come_and_go()
    {
        await using var server = await SmbServer.StartAsync();
        for (var number = 0; number < 10_000; number++)
        {
            await File.WriteAllBytesAsync(Path.Combine(server.Data, $"{number:D5}"), []);
        }

        await using var share = Shares.Open(server);
        var changes = 0;
        var entries = new Entries
        {
            PageEnded = async () =>
            {
                await File.WriteAllBytesAsync(Path.Combine(server.Data, $"new-{changes++}"), []);
                File.Delete(Path.Combine(server.Data, $"{9_999 - changes:D5}"));
            },
        };

        await share.ListAsync("", entries, CancellationToken.None);

        var stayed = entries.Names.Where(name => !name.StartsWith("new-", StringComparison.Ordinal)).ToList();
        Assert.Equal(stayed.Distinct().Count(), stayed.Count);
        Assert.InRange(stayed.Count, 10_000 - changes, 10_000);
        Assert.True(entries.Pages > 0);
    }

    [Trait("SmbPoint", "15")]
    [Trait("SmbPoint", "17")]
    [SmbFact]
    public async Task What_may_not_be_read_says_so_and_an_empty_file_is_empty()
    {
        await using var server = await SmbServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(server.Data, "secret"), "x");
        SmbServer.TakeRights(Path.Combine(server.Data, "secret"));
        Directory.CreateDirectory(Path.Combine(server.Data, "closed"));
        SmbServer.TakeRights(Path.Combine(server.Data, "closed"));
        await File.WriteAllBytesAsync(Path.Combine(server.Data, "empty"), []);
        Fixity.Testing.Storage.Programs.Run("mkfifo", Path.Combine(server.Data, "fifo"));
        await using var share = Shares.Open(server);

        var failures = new List<SmbFailure?>();
        foreach (var call in (Func<Task>[])
            [
                () => share.OpenAsync("secret", CancellationToken.None),
                () => Entries.OfAsync(share, "closed"),
                () => share.OpenAsync("closed", CancellationToken.None),
                () => Entries.OfAsync(share, "empty"),
                () => share.OpenAsync("nothing", CancellationToken.None),
                () => share.OpenAsync(@"nothing\below", CancellationToken.None),
            ])
        {
            failures.Add(await Record.ExceptionAsync(call) is SmbException failure ? failure.Failure : null);
        }

        Assert.Equal(
            [
                SmbFailure.Denied, SmbFailure.Denied, SmbFailure.WrongKind, SmbFailure.WrongKind, SmbFailure.Gone, SmbFailure.Gone,
            ],
            failures);
        Assert.Equal("", await ReadTextAsync(share, "empty"));

        // A server shows a fifo as an empty file; it is refused or read as one, and never waited for.
        var fifo = await Record.ExceptionAsync(async () => Assert.Equal("", await ReadTextAsync(share, "fifo")));
        Assert.True(fifo is null or SmbException { Failure: SmbFailure.Denied }, fifo?.ToString());
        Assert.Null(await share.StatAsync("nothing", CancellationToken.None));
    }

    [Trait("SmbPoint", "17")]
    [SmbFact]
    public async Task What_somebody_holds_against_all_others_is_locked_until_it_is_let_go()
    {
        await using var server = await SmbServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(server.Data, "held"), "x");
        await using var share = Shares.Open(server);
        var (link, _) = await Handshake.OpenAsync(Shares.OptionsOf(server), CancellationToken.None);
        await using (link)
        {
            var request = Requests.Create("held", SmbAccess.Read, CreateOptions.NotDirectory);
            request.Body[32] = 0; // Shared with nobody.
            using var held = await link.AskAsync([request], CancellationToken.None);
            held.Expect(0, "it cannot be held");

            var refused = await Assert.ThrowsAsync<SmbException>(() => share.OpenAsync("held", CancellationToken.None));

            Assert.Equal((SmbFailure.Locked, 0xC0000043u), (refused.Failure, refused.Status));
            Assert.Equal(1, (await share.StatAsync("held", CancellationToken.None))?.SizeBytes);
        }

        Assert.Equal("x", await ReadTextAsync(share, "held"));
    }

    private static async Task<string> ReadTextAsync(SmbShare share, string path)
    {
        await using var file = await share.OpenAsync(path, CancellationToken.None);
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await file.ReadAsync(0, buffer, CancellationToken.None));
    }
}
