using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>Asks a server of which nothing was heard for long whether it is still there (MS-SMB2 3.2.4.8).</summary>
/// <remarks>The watch waits for the answer as for any other. Without one the link ends, and who comes next makes another.</remarks>
internal static class Heartbeat
{
    public static async Task AskAsync(SmbLink link, CancellationToken stop)
    {
        if (link.SessionId == 0)
        {
            return; // Still at the login, which has a time of its own.
        }

        try
        {
            (await link.AskAsync([Requests.Bare(SmbCommand.Echo)], stop)).Dispose();
        }
        catch (Exception failure) when (failure is SmbException or OperationCanceledException)
        {
            link.Fail(failure);
        }
    }
}
