using System.Diagnostics;
using System.Globalization;
using Fixity.Testing.Smb;
using Fixity.Testing.Storage;
using Xunit.Abstractions;

namespace Fixity.Smb.Tests.Live;

/// <summary>How fast it is, and that it stays within its memory. Compared with smbclient in the same run, on FIXITY_FULL=1.</summary>
[Collection("alone")]
public sealed class SpeedTests(ITestOutputHelper output)
{
    private const long Mebibyte = 1024 * 1024;
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1";

    [Trait("SmbPoint", "21")]
    [SmbTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_file_is_read_about_as_fast_as_smbclient_reads_it(bool isSigned)
    {
        var (bytes, rounds) = IsFull ? (1024 * Mebibyte, 5) : (64 * Mebibyte, 1);
        await using var server = await SmbServer.StartAsync();
        Shares.Make(server, "file", bytes);
        await using var share = Shares.Open(server, options => options with { RequireSigning = isSigned });
        await share.ConnectAsync(CancellationToken.None);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await TimeAsync(() => ReadAsync(share, "file", bytes)));
            theirs.Add(await TimeAsync(() => Task.Run(() => Programs.Run(
                "smbclient", "-s", Path.Combine(server.Folder, "smb.conf"), "-U", $"{SmbServer.User}%{server.Password}", "-p",
                server.Port.ToString(CultureInfo.InvariantCulture), "//127.0.0.1/data",
                $"--option=client signing = {(isSigned ? "required" : "if_required")}", "-c", "get file /dev/null"))));
        }

        var (mine, others) = (bytes / Mebibyte / Median(ours), bytes / Mebibyte / Median(theirs));
        output.WriteLine($"signed {isSigned}: ours {mine:0} MiB/s, smbclient {others:0} MiB/s");
        Assert.True(!IsFull || mine >= 0.7 * others, $"{mine:0} MiB/s, smbclient {others:0}");
    }

    [Trait("SmbPoint", "20")]
    [SmbFact]
    public async Task Small_files_and_listings_come_by_the_thousand()
    {
        var (folders, perFolder) = IsFull ? (100, 100) : (10, 50);
        await using var server = await SmbServer.StartAsync();
        for (var file = 0; file < folders * perFolder; file++)
        {
            Shares.Make(server, $"d{file / perFolder}/f{file % perFolder}", 4096, file);
        }

        await using var proxy = new TcpProxy(server.Port) { Delay = TimeSpan.FromMilliseconds(1) };
        foreach (var (port, name) in ((int, string)[])[(server.Port, "direct"), (proxy.Port, "1 ms each way")])
        {
            await using var share = Shares.Open(server, options => options with { Port = port });
            await share.ConnectAsync(CancellationToken.None);
            var before = Environment.CpuUsage.TotalTime;
            var reading = await TimeAsync(() => Parallel.ForEachAsync(
                Enumerable.Range(0, folders * perFolder), new ParallelOptions { MaxDegreeOfParallelism = 16 },
                async (file, _) => await ReadAsync(share, $@"d{file / perFolder}\f{file % perFolder}", 4096)));
            var cpu = Environment.CpuUsage.TotalTime - before;
            var listed = 0;
            var listing = await TimeAsync(() => Parallel.ForEachAsync(
                Enumerable.Range(0, folders), new ParallelOptions { MaxDegreeOfParallelism = 8 },
                async (folder, _) => Interlocked.Add(ref listed, (await Entries.OfAsync(share, $"d{folder}")).All.Count)));

            Assert.Equal(folders * perFolder, listed);
            var (files, entries) = (listed / reading, listed / listing);
            output.WriteLine(
                $"{name}: {files:0} files/s read (of {reading:0.0} s {cpu.TotalSeconds:0.0} s are ours), {entries:0} entries/s listed");
            Assert.True(!IsFull || files > (port == server.Port ? 5_000 : 2_000), $"{name}: {files:0} files/s");
            Assert.True(!IsFull || port != server.Port || entries > 20_000, $"{entries:0} entries/s");
        }
    }

    [Trait("SmbPoint", "22")]
    [SmbFact]
    public async Task A_sparse_giant_streams_through_little_memory()
    {
        var bytes = IsFull ? 100L * 1024 * Mebibyte : 4L * 1024 * Mebibyte;
        await using var server = await SmbServer.StartAsync();
        await using (var made = File.Create(Path.Combine(server.Data, "sparse")))
        {
            made.SetLength(bytes);
        }

        await using var share = Shares.Open(server);
        await share.ConnectAsync(CancellationToken.None);
        var allocated = GC.GetTotalAllocatedBytes();

        await ReadAsync(share, "sparse", bytes);

        Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, (64 * Mebibyte) + (bytes / 500));
        Assert.InRange(Environment.WorkingSet, 0, IsFull ? 250 * Mebibyte : 600 * Mebibyte);
    }

    private static async Task ReadAsync(SmbShare share, string path, long bytes)
    {
        await using var file = await share.OpenAsync(path, CancellationToken.None);
        var buffer = new byte[Math.Min(bytes + 1, Mebibyte)];
        var offset = 0L;
        int read;
        while (offset < bytes && (read = await file.ReadAsync(offset, buffer, CancellationToken.None)) > 0)
        {
            offset += read;
        }

        Assert.Equal(bytes, offset);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>What is measured is measured alone.</summary>
    [CollectionDefinition("alone", DisableParallelization = true)]
    public sealed class Alone;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
