namespace Fixity.Smb.Tests.Live;

/// <summary>Waits for what a server does in its own time.</summary>
internal static class Waiting
{
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var attempt = 0; !condition(); attempt++)
        {
            Assert.True(attempt < 200, "it did not come true in ten seconds");
            await Task.Delay(50);
        }
    }
}
