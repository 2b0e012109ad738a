using System.Threading.Channels;
using Fixity.Core;
using Fixity.Scanning.Reading;
using Fixity.Storage;

namespace Fixity.Scanning.Merging;

/// <summary>Writes what the merge decides into blocks, and hands these to workers and recorder.</summary>
internal sealed class StepWriter(ChannelWriter<StepBlock> blocks, ReadQueue jobs, StepBlockPool pool)
{
    // How many paths may pass without anything to say before the recorder hears how far the merge has come.
    private const int PassedPerStep = 512;

    // One path may take three, and the progress one more.
    private const int StepsOfOnePath = 4;

    private StepBlock _block = pool.Take();
    private ScanTally _tally;
    private int _passed;

    public bool HasRoom => _block.Count + StepsOfOnePath <= StepBlock.Capacity && jobs.HasRoom;

    /// <summary>As much content waits to be read as may; completes when less does.</summary>
    public Task? WaitsForReaders => jobs.HasRoom ? null : jobs.WhenRoom();

    /// <summary>What was passed since the last step: to be counted up.</summary>
    public ref ScanTally Tally => ref _tally;

    /// <summary>A path is done with, whether there was something to say of it or not.</summary>
    public void Passed(FilePath path)
    {
        if (++_passed >= PassedPerStep)
        {
            Write(new ScanStep { Position = path });
        }
    }

    /// <summary>An <see cref="UnknownRange"/>, a <see cref="ScanFault"/>, a <see cref="SkippedEntry"/>, a
    /// <see cref="RecordedMount"/>.</summary>
    public void Fault(FilePath position, object fault) => Write(new ScanStep { Position = position, Fault = fault });

    /// <summary>A row without a file beside it.</summary>
    public void Row(in BaselineFile row, ScanWork work, Finding finding = default) => Write(new ScanStep
    {
        Position = row.Path,
        IsFile = true,
        HasRow = true,
        Row = row,
        Work = work,
        Answer = new ReadAnswer(finding),
    });

    /// <summary>A listed file without a row, or whose row is of a deleted one.</summary>
    public void NewFile(in StorageEntry entry, in BaselineFile row, bool hasRow, ScanWork work) => Write(new ScanStep
    {
        Position = entry.Path,
        IsFile = true,
        HasRow = hasRow,
        Row = row,
        Work = work,
        IsListed = true,
        Listed = entry.Metadata,
    });

    /// <summary>A listed file with its live row.</summary>
    public void KnownFile(in StorageEntry entry, in BaselineFile row, ScanWork work) => Write(new ScanStep
    {
        Position = entry.Path,
        IsFile = true,
        HasRow = true,
        Row = row,
        Work = work,
        IsVerification = row.HasChecksum && row.Metadata.SameContentAs(entry.Metadata),
        IsListed = true,
        Listed = entry.Metadata,
        Answer = new ReadAnswer(Finding.Listed),
    });

    /// <summary>A name of which not even the metadata could be read.</summary>
    public void FaultyFile(in StorageEntry entry, in BaselineFile row, bool hasRow) => Write(new ScanStep
    {
        Position = entry.Path,
        IsFile = true,
        HasRow = hasRow,
        Row = row,
        Answer = ReadAnswer.Unreadable(entry.Fault, entry.Message ?? entry.Fault.Name()),
    });

    /// <summary>Gives the recorder what there is; waits when it is too far behind.</summary>
    public async ValueTask HandOverAsync(CancellationToken cancellation)
    {
        if (_block.Count > 0)
        {
            var full = _block;
            _block = pool.Take();
            await blocks.WriteAsync(full, cancellation);
        }
    }

    /// <summary>The end of the segment: further than any position.</summary>
    public ValueTask EndAsync(CancellationToken cancellation)
    {
        Write(default);
        return HandOverAsync(cancellation);
    }

    private void Write(in ScanStep step)
    {
        _passed = 0;
        var index = _block.Add(step);
        _block[index].Tally = _tally;
        _tally = default;
        if (step.Work != ScanWork.None)
        {
            jobs.Add(new ReadJob(_block, index));
        }
    }
}
