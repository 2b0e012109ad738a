using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>Closes on the server what a caller leaves open when it goes: a file that it has read, or one that it cancelled.</summary>
internal static class Leftovers
{
    public static async Task CloseAsync(SmbLink link, SmbHandle handle, CancellationToken stop)
    {
        try
        {
            (await link.AskAsync([Requests.Close(handle)], stop)).Dispose();
        }
        catch (Exception failure) when (failure is SmbException or OperationCanceledException)
        {
            // The connection is gone, and with it the handle.
            link.Fail(failure);
        }
    }

    /// <summary>Its caller does not wait any more; its answers come all the same.</summary>
    public static async Task CleanUpAsync(SmbLink link, Exchange exchange)
    {
        try
        {
            using var answer = await exchange.Answer;
            CloseWhatStayedOpen(link, exchange.Chain, answer);
        }
        catch (SmbException lost)
        {
            // The connection is gone, and with it whatever was open.
            link.Fail(lost);
        }
    }

    /// <summary>A chain that opened something and whose CLOSE, if it had one, failed.</summary>
    public static void CloseWhatStayedOpen(SmbLink link, SmbRequest[] chain, Answer answer)
    {
        var close = Array.FindIndex(chain, request => request.Command == SmbCommand.Close);
        if (chain[0].Command == SmbCommand.Create && answer.Status(0) == NtStatus.Success
            && (close < 0 || NtStatus.IsError(answer.Status(close))))
        {
            link.CloseLater(Replies.Create(answer.Message(0), out _));
        }
    }
}
