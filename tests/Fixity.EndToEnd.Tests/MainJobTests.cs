using System.Text.Json.Nodes;
using Fixity.Bitrot;
using Fixity.Testing.Storage;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Fixity.EndToEnd.Tests;

/// <summary>The main job, hop by hop, on the whole product: from a clean state to a bit flip found, alerted and shown.</summary>
[Trait("Category", "EndToEnd")]
public sealed class MainJobTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] FileEvents = ["file.*"];

    private const int Files = 2000;
    private const string Secret = "a secret that both sides know";

    private readonly FileTree _tree = new(Files);
    private RunningFixity _fixity = null!;
    private ApiClient _api = null!;
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        _fixity = await RunningFixity.StartAsync();
        _api = await ApiClient.SetUpAsync(_fixity.SetupLink);
    }

    [BrowserFact]
    [Trait("Scenario", "A3")]
    public async Task A_flipped_bit_is_found_alerted_and_shown()
    {
        await _api.PostAsync("/api/v1/webhooks", new
        {
            name = "receiver",
            url = _receiver.Address,
            eventIncludes = FileEvents,
            secret = Secret,
        });
        var target = await _api.CreateTargetAsync("photos", _tree.Root);

        var first = await _api.ScanToItsEndAsync(target);
        Assert.Equal("completed", (string?)first["status"]);
        Assert.Equal(Files + FileTree.OddlyNamed, (long)first["filesHashed"]!);
        Assert.Empty(await _api.ItemsAsync($"/api/v1/changes?target={target}"));

        var second = await _api.ScanToItsEndAsync(target);
        Assert.Equal((0, 0, 0, 0), Changes(second));

        var victim = FilePicker.Pick(_tree.Root, 1, new Random(7))[0];
        new Damage(new Random(7), restoreTimes: true).Flip(victim);
        var path = Path.GetRelativePath(_tree.Root, victim);
        await File.AppendAllTextAsync(_tree.FullPath("a.txt"), " and is edited");
        File.Delete(FilePicker.Pick(Path.Combine(_tree.Root, "folder 01"), 1, new Random(8))[0]);
        File.Move(_tree.FullPath("ünïcødé – Ω.txt"), _tree.FullPath("renamed.txt"));

        var third = await _api.ScanToItsEndAsync(target, "full");
        Assert.Equal((1, 1, 1, 1), Changes(third));

        // On a mounted file system ctime says that somebody wrote: the tool's flip is tampering, not decay.
        var change = Assert.Single(await _api.ItemsAsync($"/api/v1/changes?target={target}&type=tampered"));
        Assert.Equal(path, (string?)change["path"]);
        Assert.Equal("critical", (string?)change["severity"]);
        Assert.NotEqual((string?)change["oldChecksum"], (string?)change["newChecksum"]);

        var alert = await _receiver.WaitForAsync("file.tampered", Secret);
        Assert.Equal(path, (string?)alert["data"]!["path"]);
        Assert.Equal((string?)change["oldChecksum"], (string?)alert["data"]!["oldChecksum"]);
        Assert.Equal((string?)change["newChecksum"], (string?)alert["data"]!["newChecksum"]);

        await SeeInBrowserAsync(change);
    }

    [MountFact("mkfs.ext4")]
    [Trait("Scenario", "A3")]
    public async Task Rot_below_the_file_system_is_found_to_the_place_and_its_healing_too()
    {
        await _api.PostAsync("/api/v1/webhooks", new
        {
            name = "receiver",
            url = _receiver.Address,
            eventIncludes = FileEvents,
            secret = Secret,
        });
        using var disk = new RottingDisk();
        var content = new byte[3 << 20];
        new Random(11).NextBytes(content);
        await File.WriteAllBytesAsync(Path.Join(disk.Root, "photo.raw"), content);
        var target = await _api.CreateTargetAsync("archive", disk.Root);
        await _api.ScanToItsEndAsync(target);

        disk.Rot("photo.raw", (2 << 20) + 77);
        Assert.Equal(1, (long)(await _api.ScanToItsEndAsync(target, "full"))["filesCorrupted"]!);
        Assert.Equal(0, (long)(await _api.ScanToItsEndAsync(target, "full"))["filesCorrupted"]!);

        var change = Assert.Single(await _api.ItemsAsync($"/api/v1/changes?target={target}&type=corrupted"));
        Assert.Equal("photo.raw", (string?)change["path"]);
        var range = Assert.Single(change["details"]!["damage"]!["ranges"]!.AsArray())!;
        Assert.Equal((2 << 20, 64 << 10), ((long)range["offset"]!, (long)range["length"]!));
        var alert = await _receiver.WaitForAsync("file.corrupted", Secret);
        Assert.Equal((string?)change["newChecksum"], (string?)alert["data"]!["newChecksum"]);

        disk.Rot("photo.raw", (2 << 20) + 77);
        Assert.Equal(1, (long)(await _api.ScanToItsEndAsync(target, "full"))["filesRestored"]!);
    }

    [Fact]
    [Trait("Scenario", "A6")]
    public async Task A_killed_scanner_costs_a_scan_nothing()
    {
        using var big = new FileTree(0);
        for (var i = 0; i < 60; i++)
        {
            // Sparse: quick to make, slow enough to hash that the kill lands in the middle.
            using var file = new FileStream(big.FullPath($"sparse-{i:d2}.bin"), FileMode.CreateNew);
            file.SetLength(200L << 20);
        }

        var target = await _api.CreateTargetAsync("big", big.Root);
        var scan = await _api.StartScanAsync(target);
        var running = await _api.UntilAsync(
            $"/api/v1/scans/{scan}", s => (string?)s["status"] == "running" && (long)s["filesHashed"]! > 0, TimeSpan.FromMinutes(1));
        var owner = (string)running["segments"]![0]!["scanner"]!;
        var pid = _fixity.PidsOf("Fixity.Scanner").Single(p => owner.Split(':').Contains($"{p}"));
        RunningFixity.Signal("KILL", pid);

        var ended = await _api.EndOfAsync(scan);
        Assert.Equal("completed", (string?)ended["status"]);
        Assert.Equal(60 + FileTree.OddlyNamed, (long)ended["filesSeen"]!);
        Assert.Equal(("resume", scan), ((string?)ended["trigger"], (long?)ended["resumedFrom"]));
        var lost = await _api.GetAsync($"/api/v1/scans/{scan}");
        Assert.Equal(
            ("partial", "scanner_lost", (long)ended["id"]!),
            ((string?)lost["status"], (string?)lost["reason"], (long?)lost["resumedBy"]));
        Assert.Equal(60 + FileTree.OddlyNamed, (await _api.ItemsAsync($"/api/v1/files?target={target}&limit=200")).Count);
    }

    [Fact]
    public async Task Ctrl_C_stops_everything_and_a_killed_AppHost_leaves_nothing_behind()
    {
        var before = _fixity.Children();
        Assert.Contains(before, c => c.Command.Contains("Fixity.Scanner.dll", StringComparison.Ordinal));
        Assert.Contains(before, c => c.Command.Contains("postgres", StringComparison.Ordinal));

        RunningFixity.Signal("KILL", _fixity.ProcessId);
        await AllGoneAsync(before, TimeSpan.FromSeconds(5));

        var again = await RunningFixity.StartAsync();
        await using (again)
        {
            before = again.Children();
            Assert.InRange(await again.StopAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(15));
            await AllGoneAsync(before, TimeSpan.FromSeconds(1));
        }
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _fixity.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    public void Dispose() => _tree.Dispose();

    private static (long Modified, long Deleted, long Moved, long Tampered) Changes(JsonNode scan) => (
        (long)scan["filesModified"]!, (long)scan["filesDeleted"]!, (long)scan["filesMoved"]!, (long)scan["filesTampered"]!);

    private static async Task AllGoneAsync(IReadOnlyList<(int Pid, string Command)> processes, TimeSpan patience)
    {
        for (var waited = TimeSpan.Zero; waited < patience; waited += TimeSpan.FromMilliseconds(250))
        {
            if (!processes.Any(p => RunningFixity.IsAlive(p.Pid)))
            {
                return;
            }

            await Task.Delay(250);
        }

        Assert.DoesNotContain(processes, p => RunningFixity.IsAlive(p.Pid));
    }

    private async Task SeeInBrowserAsync(JsonNode change)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Browser.LaunchAsync(playwright);
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 } });

        // Signed out, a deep link asks who is there and then goes where it pointed.
        await page.GotoAsync(new Uri(_fixity.Address, "/changes?type=tampered").ToString());
        await page.GetByLabel("User name").FillAsync(ApiClient.UserName);
        await page.Locator("input[type=password]").FillAsync(ApiClient.Password);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByText(Path.GetFileName((string)change["path"]!)).First).ToBeVisibleAsync();
        await Expect(page.GetByText("Expected").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Actual").First).ToBeVisibleAsync();
        Assert.Contains(((string)change["oldChecksum"]!)[..8], await page.ContentAsync(), StringComparison.Ordinal);
        Assert.Contains(((string)change["newChecksum"]!)[..8], await page.ContentAsync(), StringComparison.Ordinal);
    }
}
