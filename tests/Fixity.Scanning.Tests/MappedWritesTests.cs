using System.IO.MemoryMappedFiles;
using Fixity.Core;
using Fixity.Storage.Local;
using Fixity.Testing.Scanning;

namespace Fixity.Scanning.Tests;

/// <summary>Programs that write through mapped memory: the kernel moves the times for the first store into a page alone.</summary>
public sealed class MappedWritesTests : IDisposable
{
    private const int PageBytes = 4096;
    private const int Pages = 8;

    private readonly string _root = Directory.CreateTempSubdirectory("fixity-mapped-").FullName;
    private readonly MemoryBaseline _baseline = new();
    private readonly FakeSegmentControl _control = new();

    private string Mapped => Path.Join(_root, "mapped");

    public void Dispose()
    {
        _control.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    [Trait("Scenario", "A3")]
    public async Task What_is_stored_into_a_mapped_page_after_it_was_read_is_an_edit_and_no_decay()
    {
        await File.WriteAllBytesAsync(Mapped, new byte[Pages * PageBytes]);
        using var file = MemoryMappedFile.CreateFromFile(Mapped, FileMode.Open);
        using var memory = file.CreateViewAccessor();
        await ScanAsync();
        for (var round = 1; round < 10; round++)
        {
            // Dirty by now, whoever reads it; nothing but the scan writes it out.
            StoreEverywhere(memory, (byte)round);
            await ScanAsync();
            StoreEverywhere(memory, (byte)(100 + round));
            _baseline.Events.Clear();

            await ScanAsync();

            Assert.Equal(["modified mapped"], _baseline.Events);
        }
    }

    private static void StoreEverywhere(MemoryMappedViewAccessor memory, byte value)
    {
        for (var page = 0; page < Pages; page++)
        {
            memory.Write((long)page * PageBytes, value);
        }
    }

    private async Task ScanAsync()
    {
        _baseline.NewScan();
        await using var storage = LocalStorage.Open(_root);
        await new SegmentScanner(
            storage, _baseline, _baseline, _control, new SegmentLimits(), TimeProvider.System).RunAsync(
            new SegmentPlan(default, null, ChecksumAlgorithm.Blake3, VerifyAll: true), CancellationToken.None);
    }
}
