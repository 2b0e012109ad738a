using System.Diagnostics.Metrics;

namespace Fixity.Gateway.SignIn;

/// <summary>Counts what happens at the door: a wave of refusals is somebody guessing.</summary>
internal sealed class SignInMetrics
{
    public const string MeterName = "Fixity.Gateway";

    private readonly Counter<long> _signIns;
    private readonly Counter<long> _setups;

    public SignInMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _signIns = meter.CreateCounter<long>("fixity.gateway.sign_ins", "{attempt}", "Attempts to sign in, by outcome.");
        _setups = meter.CreateCounter<long>("fixity.gateway.setups_refused", "{attempt}", "Wrong setup tokens.");
    }

    public void SignInEnded(string outcome) => _signIns.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void SetupRefused() => _setups.Add(1);
}
