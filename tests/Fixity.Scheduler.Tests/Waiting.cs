namespace Fixity.Scheduler.Tests;

/// <summary>Waits for what another process or thread brings about; fails by name instead of hanging.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan? atMost = null)
    {
        var patience = atMost ?? Patience;
        var end = DateTime.UtcNow + patience;
        while (!await holds())
        {
            Assert.True(DateTime.UtcNow < end, $"Waited {patience} in vain until {what}.");
            await Task.Delay(50);
        }
    }
}
