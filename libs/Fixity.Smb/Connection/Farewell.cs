using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>Takes leave of a server, so that it keeps nothing of us; not for long if it does not answer.</summary>
internal static class Farewell
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task SayAsync(SmbLink link, TimeProvider clock)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        try
        {
            if (link.TreeId != 0)
            {
                (await link.AskAsync([Requests.Bare(SmbCommand.TreeDisconnect)], patience.Token)).Dispose();
            }

            (await link.AskAsync([Requests.Bare(SmbCommand.Logoff)], patience.Token)).Dispose();
        }
        catch (Exception failure) when (failure is SmbException or OperationCanceledException)
        {
            link.Fail(new SmbException(SmbFailure.ConnectionLost, "the server did not say good-bye", cause: failure));
        }
    }
}
