using System.Text.Json;
using Fixity.Core;
using Fixity.Scanner.Storages;
using Fixity.Storage;

namespace Fixity.Scanner.Probes;

/// <summary>Finds out whether a storage can be read, and says what exactly is in the way, in the time that a person waits.</summary>
/// <remarks>It logs in even where a login was refused before: somebody asked for it.</remarks>
internal sealed class StorageProbing(
    StorageOpener storages, CredentialsReader credentials, TargetAccessStore accesses, TimeProvider clock,
    ILogger<StorageProbing> logger)
{
    private const int MostEntries = 10;

    /// <summary>For one probe, whatever it meets.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>After this no test is begun: less than half of the patience would be left of the asker's ten seconds.</summary>
    public static readonly TimeSpan LatestStart = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan InAll = TimeSpan.FromSeconds(9);

    public async Task<ProbeAnswer> RunAsync(ProbeRequest request, CancellationToken cancellation)
    {
        TargetAccess? access = null;
        var patience = InAll - request.Waited < Patience ? InAll - request.Waited : Patience;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var settings = request.SettingsWith(credentials.Read(request.Credentials));
            access = TargetAccess.Of(
                settings, request.ConnectionJson, request.CredentialsVersion, request.Credentials.Reference);

            // On a thread of the pool, and left there if it hangs in a call that nothing can cancel.
            var answer = await Task.Run(() => LookAsync(settings, over.Token), over.Token)
                .WaitAsync(patience, clock, cancellation);
            await TellScansAsync(request, access, isRefused: false, cancellation);
            return answer;
        }
        catch (TimeoutException)
        {
            return patience == Patience
                ? new ProbeAnswer(
                    StorageReasons.Unreachable, $"The storage did not answer within {Patience.TotalSeconds:F0} seconds.")
                : new ProbeAnswer(
                    StorageReasons.Busy,
                    $"The storage did not answer within the {patience.TotalSeconds:F0} seconds that were left: the scanner "
                    + "was busy with other tests. Test it again.");
        }
        catch (StorageException failure)
        {
            if (access is not null && TargetAccess.IsRefused(failure))
            {
                await TellScansAsync(request, access, isRefused: true, cancellation);
            }

            return new ProbeAnswer(WordOf(failure), failure.Message);
        }
        catch (JsonException failure)
        {
            return new ProbeAnswer("internal_error", $"The connection cannot be read: {failure.Message}");
        }
#pragma warning disable CA1031 // Whatever it is, the one who waits is told that there is no verdict; it is logged whole.
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.ProbeBroken(failure, request.Id);
            return new ProbeAnswer("internal_error", "The storage could not be looked at; the scanner's log says why.");
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task<ProbeAnswer> LookAsync(StorageSettings settings, CancellationToken cancellation)
    {
        await using var backend = storages.Open(settings, isPatient: false);
        var probe = await backend.ProbeAsync(cancellation);
        var entries = new List<string>();
        await foreach (var block in backend.ListAsync(PathRange.Everything, cancellation))
        {
            foreach (var entry in block.ToArray())
            {
                if (entry is { Kind: EntryKind.ListingFault, Path.IsRoot: true })
                {
                    throw new StorageException(entry.Fault, default, entry.Message ?? "the root cannot be listed");
                }

                if (entries.Count < MostEntries)
                {
                    entries.Add(entry.Path.ToString());
                }
            }

            if (entries.Count >= MostEntries)
            {
                break;
            }
        }

        return new ProbeAnswer(
            "ok", entries.Count > 0 ? "The storage can be read." : "The storage can be read; it is empty.",
            probe.Identity, entries);
    }

    private async Task TellScansAsync(
        ProbeRequest request, TargetAccess access, bool isRefused, CancellationToken cancellation)
    {
        if (request is not { IsOfSavedLogin: true, TargetId: { } target })
        {
            return;
        }

        if (isRefused)
        {
            await accesses.RememberRefusalAsync(target, access, cancellation);
        }
        else
        {
            await accesses.ForgetRefusalAsync(target, access, cancellation);
        }
    }

    private static string WordOf(StorageException failure) => failure.Reason ?? failure.Fault switch
    {
        StorageFault.Configuration or StorageFault.Gone or StorageFault.NotRegular => StorageReasons.RootMissing,
        StorageFault.Connection or StorageFault.Timeout => StorageReasons.Unreachable,
        StorageFault.Denied => StorageReasons.AccessDenied,
        _ => failure.Fault.Name(),
    };
}
