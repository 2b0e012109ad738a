using Fixity.Storage;
using Fixity.Storage.Metering;
using Fixity.Storage.Retrying;

namespace Fixity.Scanner.Storages;

/// <summary>Opens storages of every type that this scanner reads, counted; over a network with patience, where wanted.</summary>
internal sealed class StorageOpener(
    StorageBackends backends, StorageMeter meter, RetryPolicy patience, TimeProvider clock)
{
    private const string Local = "local";

    /// <param name="isPatient">False: a person waits for the first answer, whatever it is.</param>
    /// <exception cref="StorageException">The settings are wrong.</exception>
    public IStorageBackend Open(StorageSettings settings, bool isPatient = true)
    {
        var backend = meter.Watch(settings.Type, backends.Open(settings));
        return isPatient && settings.Type != Local ? new RetryingStorage(backend, patience, clock) : backend;
    }
}
