using Fixity.Core;
using Fixity.Storage;
using Fixity.Testing.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>Storages that bring a small file's content with its opening, and a look at it after that.</summary>
public sealed class LooksThatCameWithTheContentTests : IDisposable
{
    private readonly SegmentRun _run = new();

    public LooksThatCameWithTheContentTests() => _run.Storage.ReadsWhenOpening = true;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Nothing_more_is_asked_of_a_file_that_was_seen_unchanged_when_it_had_been_read()
    {
        _run.Storage.Put("dir/f", "content");

        await _run.ScanAsync();

        Assert.Equal(SegmentRun.Checksum("content"u8.ToArray()), _run.Baseline["dir/f"].Checksum.ToArray());
        Assert.Single(_run.Storage.Opened);
        Assert.Equal(0, _run.Storage.Looks);
    }

    [Fact]
    public async Task A_change_while_it_was_read_is_seen_and_the_file_is_read_again()
    {
        _run.Storage.Put("f", "old");
        _run.Storage.Reading = (path, _, _) =>
        {
            _run.Storage.Reading = null;
            _run.Storage.Put(path, new FakeFile("new"u8.ToArray(), MtimeNs: 2));
            return Task.CompletedTask;
        };

        await _run.ScanAsync();

        Assert.Equal(SegmentRun.Checksum("new"u8.ToArray()), _run.Baseline["f"].Checksum.ToArray());
        Assert.Equal(2, _run.Storage.Opened.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)] // A server whose clock is ahead of ours.
    public async Task What_was_written_in_this_very_tick_is_read_when_the_tick_is_over_and_not_before(int aheadMs)
    {
        _run.Storage.MtimeGranularity = TimeSpan.FromSeconds(1);
        _run.Storage.Put("f", "old");
        var now = 0L;
        _run.Storage.Opening = (path, _) =>
        {
            _run.Storage.Opening = null;
            now = UnixNanoseconds.From(TimeProvider.System.GetUtcNow().AddMilliseconds(aheadMs));
            _run.Storage.Put(path, new FakeFile("old"u8.ToArray(), now));
            return Task.CompletedTask;
        };
        _run.Storage.Reading = (path, _, _) =>
        {
            // Once more within the tick: nothing but the content tells.
            _run.Storage.Reading = null;
            _run.Storage.Put(path, new FakeFile("new"u8.ToArray(), now));
            return Task.CompletedTask;
        };

        await _run.ScanAsync();

        Assert.Equal(SegmentRun.Checksum("new"u8.ToArray()), _run.Baseline["f"].Checksum.ToArray());
    }

    [Fact]
    public async Task A_file_that_is_held_against_us_is_tried_again_at_the_end_of_the_scan()
    {
        _run.Storage.Put(FilePath.FromEscaped("held"), new FakeFile("h"u8.ToArray(), 1) { OpenFault = StorageFault.Locked });
        _run.Storage.Put(FilePath.FromEscaped("kept"), new FakeFile("k"u8.ToArray(), 1) { OpenFault = StorageFault.Locked });
        _run.Storage.Put("z", "last");
        _run.Storage.Opening = (path, _) =>
        {
            if (path == FilePath.FromEscaped("z"))
            {
                _run.Storage.Put("held", "h");
            }

            return Task.CompletedTask;
        };

        await _run.ScanAsync();

        Assert.Equal(FileState.Present, _run.Baseline["held"].State);
        Assert.Equal(SegmentRun.Checksum("h"u8.ToArray()), _run.Baseline["held"].Checksum.ToArray());
        Assert.Equal(FileState.Unreadable, _run.Baseline["kept"].State);
        Assert.Equal(2, _run.Storage.Opened.Count(path => path == FilePath.FromEscaped("kept")));
    }
}
