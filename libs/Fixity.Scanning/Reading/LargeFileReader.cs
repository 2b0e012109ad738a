using System.Numerics;
using Fixity.Core;
using Fixity.Hashing;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>Reads one large file together with whichever workers are idle: BLAKE3 is a tree, its parts need no order.</summary>
internal sealed class LargeFileReader(
    ReaderSetup setup, ReadProgress progress, AlignedBuffer buffer, ReadQueue helpers)
{
    /// <summary>Smaller files are read sooner than anybody can come to help.</summary>
    public const long FromBytes = 64 << 20;

    // Every piece costs 32 bytes until the file is read.
    private const long UpToBytes = 128L << 30;

    private readonly int _pieceBytes = (int)BitOperations.RoundUpToPowerOf2((uint)buffer.Memory.Length / 2 + 1);

    public bool CanShare(FileMetadata file, IncrementalChecksum stored, IncrementalChecksum? wanted) =>
        file.SizeBytes is >= FromBytes and <= UpToBytes
        && wanted is null && stored.Algorithm == ChecksumAlgorithm.Blake3
        && setup.Limits.Workers > 1 && _pieceBytes >= HashGroups.GroupBytes;

    /// <summary>Reads the file to its end.</summary>
    /// <returns>Null: it changed meanwhile.</returns>
    public async ValueTask<TreeChecksum?> ReadAsync(
        IStorageFile file, ReadJob job, ReadSource source, FileMetadata before, CancellationToken cancellation)
    {
        var tree = new TreeChecksum(before.SizeBytes, setup.Rules.HasDamageMap, _pieceBytes);
        var shared = new SharedRead(job.Step.Position, source, before, tree, progress);
        for (var i = 1; i < setup.Limits.Workers; i++)
        {
            // Behind the files that wait already: who comes to it has nothing better to do.
            helpers.Add(job with { Shared = shared });
        }

        try
        {
            await ReadPiecesAsync(shared, file, cancellation);
        }
        catch (StorageException failure)
        {
            shared.Fail(failure);
        }
        finally
        {
            await shared.CloseAsync();
        }

        return shared.Failure is { } failed ? throw new StorageException(
                (failed as StorageException)?.Fault ?? StorageFault.ReadFailed, job.Step.Position, failed.Message, failed)
            : shared.IsUnstable ? null
            : tree;
    }

    /// <summary>Takes pieces of a file that another worker has in hand.</summary>
    public async ValueTask HelpAsync(SharedRead shared, CancellationToken cancellation)
    {
        if (!shared.TryJoin())
        {
            return;
        }

        try
        {
            progress.CallBegins();
            await using var file = await setup.Backend.OpenAsync(shared.Path, shared.Source, cancellation);
            var found = await file.StatAsync(cancellation);
            progress.CallEnded(0);
            if (found.SameMomentAs(shared.Before))
            {
                await ReadPiecesAsync(shared, file, cancellation);
            }
            else
            {
                shared.FindUnstable();
            }
        }
        catch (StorageException failure)
        {
            shared.Fail(failure);
        }
        finally
        {
            // Who was given up has been taken out already.
            if (!progress.WasGivenUp)
            {
                shared.Leave();
            }
        }
    }

    private async ValueTask ReadPiecesAsync(SharedRead shared, IStorageFile file, CancellationToken cancellation)
    {
        while (shared.TryTakePiece(out var piece))
        {
            var range = shared.Checksum.Piece(piece);
            var filled = 0;
            while (filled < range.Length)
            {
                var read = await setup.ReadAsync(
                    file, range.Offset + filled, buffer.Memory[filled..(int)range.Length], range.Length - filled, progress,
                    cancellation);
                if (read == 0)
                {
                    shared.FindUnstable(); // Shorter than it was.
                    return;
                }

                filled += read;
            }

            shared.Checksum.HashPiece(piece, buffer.Memory.Span[..filled]);
        }
    }
}
